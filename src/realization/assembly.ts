import { same } from './cells.js';
import type { AddressSets } from './groups/address-sets.js';
import type { Membership } from './groups/membership.js';
import type { PortGroups } from './groups/port-groups.js';
import { NOTHING, type Output } from './output.js';
import type { Contribution, ResourceTable } from './resource-table.js';
import type { NodeRecord, Span } from './span.js';

/** Applies the difference between a unit's last output and its new one to resources and spans. */
export class Assembly {
  private readonly outputs = new Map<string, Output>();

  constructor(
    private readonly table: ResourceTable,
    private readonly span: Span,
    private readonly nodeOf: (id: string) => NodeRecord,
    private readonly membership: Pick<Membership, 'setGroup' | 'setPort'>,
    private readonly addressSets: Pick<AddressSets, 'use' | 'release'>,
    private readonly portGroups: Pick<PortGroups, 'use' | 'release' | 'moved'>,
  ) {}

  outputOf(unit: string): Output {
    return this.outputs.get(unit) ?? NOTHING;
  }

  /** @param event number of the event that is being worked on */
  apply(unit: string, after: Output | undefined, event: number): void {
    const before = this.outputOf(unit);
    const now = after ?? NOTHING;
    if (after) this.outputs.set(unit, after);
    else this.outputs.delete(unit);
    this.applyContributions(unit, before.contributions, now.contributions, event);
    const links = difference(before.links, now.links);
    const wants = difference(before.wants, now.wants);
    if (!same(before.selector, now.selector)) this.membership.setGroup(unit, now.selector);
    if (!same(before.addressSets, now.addressSets)) {
      for (const key of now.addressSets) this.addressSets.use(key);
      for (const key of before.addressSets) this.addressSets.release(key);
    }
    if (!same(before.scopes, now.scopes)) {
      for (const scope of now.scopes) this.portGroups.use(scope);
      for (const scope of before.scopes) this.portGroups.release(scope);
    }
    if (!same(before.port, now.port)) this.membership.setPort(unit, now.port);
    if (before.home !== now.home) this.portGroups.moved(unit, now.home === undefined ? undefined : this.nodeOf(now.home));
    for (const [user, used] of links.added) this.span.link(user, used);
    for (const [node, bundle] of wants.added) this.span.want(this.nodeOf(node), bundle);
    for (const [node, bundle] of wants.removed) this.span.unwant(this.nodeOf(node), bundle);
    for (const [user, used] of links.removed) this.span.unlink(user, used);
  }

  private applyContributions(unit: string, before: readonly Contribution[], now: readonly Contribution[], event: number): void {
    const old = new Map(before.map((contribution) => [idOf(contribution), contribution]));
    for (const contribution of now) {
      const id = idOf(contribution);
      const last = old.get(id);
      old.delete(id);
      if (same(last, contribution)) continue;
      if (last) this.table.withdraw(unit, last, event);
      this.table.contribute(unit, contribution, event);
    }
    for (const contribution of old.values()) this.table.withdraw(unit, contribution, event);
  }
}

function idOf({ kind, key }: Contribution): string {
  return `${kind} ${key}`;
}

type Pair = readonly [string, string];

/** Pairs that only one side has; a pair that a side names twice counts twice. */
function difference(before: readonly Pair[], now: readonly Pair[]): { added: Pair[]; removed: Pair[] } {
  if (same(before, now)) return { added: [], removed: [] };
  const old = [...before];
  const added = now.filter((pair) => {
    const index = old.findIndex((other) => other[0] === pair[0] && other[1] === pair[1]);
    if (index >= 0) old.splice(index, 1);
    return index < 0;
  });
  return { added, removed: old };
}

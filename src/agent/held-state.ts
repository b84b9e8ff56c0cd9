import { resourceLanes, SetHash } from '../realization/digest.js';
import type { ElementsChange, FirewallRule, NodeResource, ResourceChange, ResourceId, ResourceVersion } from '../realization/resources.pb.js';

/** A resource's identity as one map key. */
export function idText({ kind, key }: ResourceId): string {
  return `${kind} ${key}`;
}

/** What one change did to the held state. */
export interface HeldChange {
  readonly id: ResourceId;
  /** The resource as it is held now; undefined: removed. */
  readonly resource: NodeResource | undefined;
  /** The elements that changed, where nothing else did: an engine may apply these instead of the whole. */
  readonly elements?: ElementsChange;
}

/**
 * What the manager wants this node to have, as it was last told. Deltas are applied whole; nothing here knows whether the engine
 * followed.
 */
export class HeldState {
  private readonly resources = new Map<string, NodeResource>();
  private readonly hash = new SetHash();

  get size(): number {
    return this.resources.size;
  }

  /** Digest over kind, key and version of everything held, as the manager computes it. */
  get digest(): string {
    return this.hash.toString();
  }

  get(id: ResourceId): NodeResource | undefined {
    return this.resources.get(idText(id));
  }

  /** @param id as `idText` writes it */
  has(id: string): boolean {
    return this.resources.has(id);
  }

  all(): IterableIterator<NodeResource> {
    return this.resources.values();
  }

  *versions(): Generator<ResourceVersion> {
    for (const { kind, key, version } of this.resources.values()) yield { kind, key, version };
  }

  /**
   * Applies the changes of one delta in order.
   * @returns what changed, one entry an id with its final state, and the ids whose change of elements starts from a version that is not held
   */
  apply(changes: readonly ResourceChange[]): { readonly changed: readonly HeldChange[]; readonly mismatched: readonly ResourceId[] } {
    const changed = new Map<string, HeldChange>();
    const mismatched: ResourceId[] = [];
    for (const { change } of changes) {
      if (change?.$case === 'put') {
        const id = { kind: change.value.kind, key: change.value.key };
        this.replace(id, change.value);
        changed.set(idText(id), { id, resource: change.value });
      } else if (change?.$case === 'remove') {
        if (this.replace(change.value, undefined)) changed.set(idText(change.value), { id: change.value, resource: undefined });
      } else if (change) {
        const id = { kind: change.value.kind, key: change.value.key };
        const resource = withElements(this.get(id), change.value);
        if (!resource) {
          mismatched.push(id);
          continue;
        }
        this.replace(id, resource);
        // Two changes of one resource in a delta are handed on as a whole: the engine need not know how they add up.
        changed.set(idText(id), { id, resource, elements: changed.has(idText(id)) ? undefined : change.value });
      }
    }
    return { changed: [...changed.values()], mismatched };
  }

  /** Whether anything was or is now held. */
  private replace(id: ResourceId, resource: NodeResource | undefined): boolean {
    const text = idText(id);
    const before = this.resources.get(text);
    if (before) this.hash.remove(resourceLanes(before.kind, before.key, before.version));
    if (resource) {
      this.hash.add(resourceLanes(resource.kind, resource.key, resource.version));
      this.resources.set(text, resource);
    } else this.resources.delete(text);
    return before !== undefined || resource !== undefined;
  }
}

/** The resource with elements added and removed, or undefined when the change does not fit what is held. */
function withElements(held: NodeResource | undefined, change: ElementsChange): NodeResource | undefined {
  if (!held?.body || held.version !== change.baseVersion) return undefined;
  const { version } = change;
  switch (held.body.$case) {
    case 'addressSet':
      return { ...held, version, body: { $case: 'addressSet', value: { addresses: merged(held.body.value.addresses, change.added, change.removed) } } };
    case 'portGroup':
      return { ...held, version, body: { $case: 'portGroup', value: { ports: merged(held.body.value.ports, change.added, change.removed) } } };
    case 'firewallRuleSet':
      return {
        ...held,
        version,
        body: { $case: 'firewallRuleSet', value: { ...held.body.value, rules: mergedRules(held.body.value.rules, change.rules, change.removed) } },
      };
    default:
      return undefined;
  }
}

/** One pass over the sorted elements: 100,000 of them are not sorted anew for one that joins. */
function merged(sorted: readonly string[], added: readonly string[], removed: readonly string[]): string[] {
  const gone = new Set(removed);
  const incoming = added.filter((element) => !gone.has(element)).sort(byText);
  const result: string[] = [];
  let next = 0;
  for (const element of sorted) {
    for (; next < incoming.length && (incoming[next] as string) <= element; next += 1) if (incoming[next] !== element) result.push(incoming[next] as string);
    if (!gone.has(element)) result.push(element);
  }
  return next < incoming.length ? result.concat(incoming.slice(next)) : result;
}

function mergedRules(held: readonly FirewallRule[], changed: readonly FirewallRule[], removed: readonly string[]): FirewallRule[] {
  const replaced = new Set([...removed, ...changed.map(({ key }) => key)]);
  return [...held.filter(({ key }) => !replaced.has(key)), ...changed].sort((a, b) => a.sequence - b.sequence || byText(a.key, b.key));
}

/** The order of UTF-16 code units, in which both ends sort. */
function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

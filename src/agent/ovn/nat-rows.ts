import { type NatRule, NatRule_Action, ResourceKind } from '../../realization/resources.pb.js';
import type { Keyed } from '../forwarding-view.js';
import { destinationRows } from './destination-nat-rows.js';
import { sourceRows } from './source-nat-rows.js';
import type { ZoneDraft } from './zone-draft.js';

/** NAT of the service routers that this edge holds. A rule that says what is not translated is about the rules after it. */
export function natRows(draft: ZoneDraft): void {
  for (const [router, all] of draft.view.natRules) {
    if (!draft.isHere(router)) continue;
    const rules = all.filter((rule) => takes(draft, rule));
    sourceRows(
      draft,
      rules.filter(({ action }) => !ON_THE_WAY_IN.has(action)),
    );
    destinationRows(
      draft,
      rules.filter(({ action }) => ON_THE_WAY_IN.has(action)),
    );
    if (rules.some(({ logged }) => logged)) draft.limits.push(`${router}: OVN writes no log of translations`);
  }
}

const ON_THE_WAY_IN: ReadonlySet<NatRule_Action> = new Set([NatRule_Action.DNAT, NatRule_Action.NO_DNAT]);

function takes(draft: ZoneDraft, { key, action, routerPorts }: Keyed<NatRule>): boolean {
  const reason =
    action === NatRule_Action.NAT64
      ? 'OVN has no NAT between IPv6 and IPv4'
      : routerPorts.length > 0
        ? 'OVN translates on all ports of a router that lead outside, not on chosen ones'
        : undefined;
  if (reason !== undefined) draft.refuse({ kind: ResourceKind.NAT_RULE, key }, reason);
  return reason === undefined;
}

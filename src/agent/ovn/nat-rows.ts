import { type NatRule, NatRule_Action, ResourceKind } from '../../realization/resources.pb.js';
import { overlaps, parseRange } from '../../shared/address.js';
import type { Keyed } from '../forwarding-view.js';
import { addressSetName } from './names.js';
import { References } from './rows.js';
import type { ZoneDraft } from './zone-draft.js';

/**
 * NAT of the service routers that this edge holds. OVN translates by address: it takes the rule with the longest prefix, where the
 * intent takes the first. A rule that says what is not translated becomes an exemption of the rules after it.
 */
export function natRows(draft: ZoneDraft): void {
  for (const [router, rules] of draft.view.natRules) {
    if (!draft.isHere(router)) continue;
    const exempt: Keyed<NatRule>[] = [];
    for (const rule of rules) {
      const owner = { kind: ResourceKind.NAT_RULE, key: rule.key };
      const reason = whyNot(rule);
      if (reason) draft.refuse(owner, reason);
      else if (rule.action === NatRule_Action.NO_SNAT) exempt.push(rule);
      else translationRows(draft, rule, exempt);
    }
  }
}

function whyNot({ action, services, translatedPorts, translated, sources, routerPorts, destinations }: NatRule): string | undefined {
  if (action === NatRule_Action.NAT64) return 'OVN has no NAT between IPv6 and IPv4';
  if (action === NatRule_Action.NO_DNAT) return 'OVN cannot leave a destination out of a translation';
  if (services.length > 0 || translatedPorts !== '') return 'OVN translates addresses, not ports of chosen services';
  if (routerPorts.length > 0) return 'OVN translates on all ports of a router that lead outside, not on chosen ones';
  if (action === NatRule_Action.NO_SNAT) {
    return destinations.length > 0 && sources.length > 0 ? undefined : 'a rule that exempts from translation must name sources and destinations';
  }
  if (translated.length !== 1 || translated[0]?.includes('-')) return 'OVN translates to one address';
  if (action === NatRule_Action.SNAT) return undefined;
  const matched = action === NatRule_Action.DNAT ? destinations : sources;
  return matched.length === 1 && isOneAddress(matched[0] as string) && isOneAddress(translated[0] as string)
    ? undefined
    : 'OVN translates the destination of one address to one address';
}

function translationRows(draft: ZoneDraft, rule: Keyed<NatRule>, exempt: readonly Keyed<NatRule>[]): void {
  const { key, router, action, sources, destinations, translated } = rule;
  const owner = { kind: ResourceKind.NAT_RULE, key };
  const target = bare(translated[0] as string);
  const add = (name: string, columns: Record<string, string | References | readonly string[] | Readonly<Record<string, string>>>): void => {
    draft.rows.push({ table: 'NAT', name, owner, within: { table: 'Logical_Router', name: router, column: 'nat' }, columns });
  };
  if (action === NatRule_Action.DNAT) {
    const from = sources.length > 0 ? addressSetRow(draft, rule, 'sources', sources) : [];
    add(key, { type: 'dnat', external_ip: bare(destinations[0] as string), logical_ip: target, allowed_ext_ips: from, exempted_ext_ips: [] });
    return;
  }
  if (action === NatRule_Action.REFLEXIVE) {
    add(key, { type: 'dnat_and_snat', external_ip: target, logical_ip: bare(sources[0] as string), options: { stateless: 'true' } });
    return;
  }
  for (const source of sources.length > 0 ? sources : [EVERYTHING[parseRange(target)?.family ?? 4]]) {
    const exemptions = exempt.filter((other) => other.sources.some((one) => overlap(one, source))).flatMap((other) => other.destinations);
    const to = destinations.length > 0 ? addressSetRow(draft, rule, 'destinations', destinations) : [];
    const except = exemptions.length > 0 && destinations.length === 0 ? addressSetRow(draft, rule, 'exempt', exemptions) : [];
    add(`${key} ${source}`, { type: 'snat', external_ip: target, logical_ip: bare(source), allowed_ext_ips: to, exempted_ext_ips: except });
  }
}

/** A set of the addresses on the other side, for one rule. */
function addressSetRow(draft: ZoneDraft, { key }: Keyed<NatRule>, use: string, addresses: readonly string[]): References {
  const name = addressSetName(`${key} ${use}`, parseRange(addresses[0] as string)?.family ?? 4);
  draft.rows.push({ table: 'Address_Set', name, owner: { kind: ResourceKind.NAT_RULE, key }, columns: { name, addresses } });
  return new References('Address_Set', [name]);
}

const EVERYTHING = { 4: '0.0.0.0/0', 6: '::/0' } as const;

function overlap(a: string, b: string): boolean {
  const [one, other] = [parseRange(a), parseRange(b)];
  return one !== undefined && other !== undefined && overlaps(one, other);
}

function isOneAddress(text: string): boolean {
  const range = parseRange(text);
  return range !== undefined && range.low === range.high;
}

/** OVN writes a single address without a prefix. */
function bare(text: string): string {
  return text.replace(/\/(32|128)$/, '');
}

import type { PolicyNatRule } from '../../model/networking/policy-nat-rule.resource.js';
import { addressElements } from '../groups/selector.js';
import { bundles, NOTHING, type Output } from '../output.js';
import { NatRule_Action, NatRule_FirewallMatch, ResourceKind } from '../resources.pb.js';
import { alarm } from './alarm.js';
import { NO_SERVICE } from './firewall.js';
import { sharesNoState, sharesTraffic } from './gateway-facts.js';
import { gatewayAbove } from './interfaces.js';
import type { Reads } from './reads.js';
import { serviceMatches } from './services.js';

const ACTIONS: Readonly<Record<string, NatRule_Action>> = {
  SNAT: NatRule_Action.SNAT,
  DNAT: NatRule_Action.DNAT,
  REFLEXIVE: NatRule_Action.REFLEXIVE,
  NO_SNAT: NatRule_Action.NO_SNAT,
  NO_DNAT: NatRule_Action.NO_DNAT,
  NAT64: NatRule_Action.NAT64,
};

const FIREWALL_MATCHES: Readonly<Record<string, NatRule_FirewallMatch>> = {
  MATCH_INTERNAL_ADDRESS: NatRule_FirewallMatch.INTERNAL_ADDRESS,
  MATCH_EXTERNAL_ADDRESS: NatRule_FirewallMatch.EXTERNAL_ADDRESS,
  BYPASS: NatRule_FirewallMatch.BYPASS,
};

/** What has to know connections; a reflexive rule translates each packet by itself. */
const STATEFUL: ReadonlySet<string> = new Set(['SNAT', 'DNAT', 'NAT64']);

/** Sections in the order in which they are tried. */
const SECTIONS = ['INTERNAL', 'USER', 'DEFAULT', 'NAT64'];
/** More than any number of a rule within its section. */
const SECTION_SIZE = 2 ** 31;

/** A NAT rule becomes one on each service part of its gateway: translating needs a place that all traffic to the outside passes. */
export function natRuleUnit(reads: Reads, path: string): Output {
  const rule = reads.intent.object<PolicyNatRule>(path);
  const gateway = rule && reads.gateway(gatewayAbove(path));
  if (!rule || !gateway || rule.enabled === false) return NOTHING;
  if (!gateway.clustered) {
    return { ...NOTHING, problems: [alarm('EDGE_CLUSTER_MISSING', `${gateway.path} has no edge cluster, which NAT needs. Name one in its locale services.`)] };
  }
  if (sharesTraffic(gateway) && STATEFUL.has(rule.action)) {
    return { ...NOTHING, problems: [alarm('NOT_SUPPORTED', `${sharesNoState(gateway)} Use REFLEXIVE rules, or make it ACTIVE_STANDBY.`)] };
  }
  const services = serviceMatches(reads.intent, rule.service === undefined ? undefined : [rule.service], undefined);
  if (services?.length === 0) return { ...NOTHING, idle: [NO_SERVICE] };
  const section = rule.parent_path.slice(rule.parent_path.lastIndexOf('/') + 1);
  const value = {
    action: ACTIONS[rule.action] ?? NatRule_Action.NO_SNAT,
    sources: addressesOf(rule.source_network),
    destinations: addressesOf(rule.destination_network),
    translated: listOf(rule.translated_network),
    services: services ?? [],
    translatedPorts: rule.translated_ports ?? '',
    sequence: Math.max(SECTIONS.indexOf(section), 0) * SECTION_SIZE + (rule.sequence_number ?? 0),
    logged: rule.logging ?? false,
    firewallMatch: FIREWALL_MATCHES[rule.firewall_match ?? ''] ?? NatRule_FirewallMatch.INTERNAL_ADDRESS,
    routerPorts: [...(rule.scope ?? [])].sort(),
  };
  return {
    ...NOTHING,
    contributions: gateway.service.map(({ router, index }) => ({
      kind: ResourceKind.NAT_RULE,
      key: `${path}@${index}`,
      bundle: bundles.service(router),
      body: { $case: 'natRule', value: { ...value, router } },
    })),
  };
}

/** Addresses, blocks and ranges separated by commas, as elements. */
function addressesOf(text: string | undefined): string[] {
  return listOf(text).flatMap(addressElements);
}

/** What an address becomes keeps its ranges: a range that is taken apart would be another one to count in. */
function listOf(text: string | undefined): string[] {
  return (text ?? '')
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '' && item !== 'ANY');
}

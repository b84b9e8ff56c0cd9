import { NOTHING, type Output } from '../output.js';
import { ipAddressAllocationUnit } from './addressing.js';
import { lbServiceUnit, virtualServerUnit } from './balancing.js';
import { bgpUnit } from './bgp.js';
import { dnsForwarderUnit } from './dns.js';
import { ruleUnit, securityPolicyUnit } from './firewall.js';
import { tier0Unit, tier1Unit } from './gateways.js';
import { excludeListUnit, groupUnit } from './grouping.js';
import { tier0InterfaceUnit, tier1InterfaceUnit } from './interfaces.js';
import { natRuleUnit } from './nat.js';
import type { Reads } from './reads.js';
import { staticRoutesUnit } from './routes.js';
import { fabricNodeUnit, segmentPortUnit, segmentUnit } from './switching.js';

/** How an intent of each type is computed. Types that are not here concern no node: they are read by others, or by people. */
export const UNITS: Readonly<Record<string, (reads: Reads, path: string) => Output>> = {
  Segment: segmentUnit,
  SegmentPort: segmentPortUnit,
  HostTransportNode: fabricNodeUnit,
  PolicyEdgeNode: fabricNodeUnit,
  Group: groupUnit,
  PolicyExcludeList: excludeListUnit,
  SecurityPolicy: securityPolicyUnit,
  Rule: ruleUnit,
  Tier0: tier0Unit,
  Tier1: tier1Unit,
  Tier0Interface: tier0InterfaceUnit,
  Tier1Interface: tier1InterfaceUnit,
  StaticRoutes: staticRoutesUnit,
  PolicyNatRule: natRuleUnit,
  BgpRoutingConfig: bgpUnit,
  PolicyDnsForwarder: dnsForwarderUnit,
  LBService: lbServiceUnit,
  LBVirtualServer: virtualServerUnit,
  IpAddressAllocation: ipAddressAllocationUnit,
};

/** What an intent yields. An intent that cannot be computed harms nobody else: it is reported. */
export function computeUnit(reads: Reads, path: string, type: string | undefined): Output {
  try {
    return UNITS[type ?? '']?.(reads, path) ?? NOTHING;
  } catch (error) {
    const reason = `The object could not be computed: ${error instanceof Error ? error.message : String(error)}. Everything else goes on.`;
    return { ...NOTHING, problems: [{ code: 'NOT_COMPUTED', reason }] };
  }
}

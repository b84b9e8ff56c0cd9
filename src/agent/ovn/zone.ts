import type { NodeResource } from '../../realization/resources.pb.js';
import { idText } from '../held-state.js';
import { balancerRows } from './balancer-rows.js';
import { bgpRows } from './bgp-rows.js';
import type { BgpSite } from './bgp-site.js';
import type { Cable } from './cables.js';
import { dhcpRows } from './dhcp-rows.js';
import { dnsRecordRows } from './dns-rows.js';
import { firewallRows } from './firewall-rows.js';
import { gatewayFirewallRows } from './gateway-firewall-rows.js';
import { type NeighbourNames, neighbourNames } from './learned-addresses.js';
import type { LearnedRoutes } from './learned-routes.js';
import type { Findings } from './member-watch.js';
import { natRows } from './nat-rows.js';
import { type NodeWatch, nodeWatchRows } from './node-watch-rows.js';
import { relayRows } from './relay-rows.js';
import { routingRows } from './routing-rows.js';
import type { WantedRow } from './rows.js';
import type { Site } from './site.js';
import { siteRows } from './site-rows.js';
import { sourceCheckRows } from './source-check-rows.js';
import { switchingRows } from './switching-rows.js';
import { ZoneDraft, type ZoneProblem } from './zone-draft.js';

/**
 * What a node's OVN should hold: a function of the resources that the node was told, the node, the time for rules with a schedule,
 * what monitors of balancers have found, the routes that its neighbours told it by BGP, and who is dead.
 */
export interface Zone {
  /** Rows of the northbound database. */
  readonly rows: readonly WantedRow[];
  /** Names of switch ports that are on other nodes, and the nodes. */
  readonly remotePorts: ReadonlyMap<string, string>;
  /** Underlay addresses of the other nodes. */
  readonly peers: ReadonlyMap<string, string>;
  readonly problems: readonly ZoneProblem[];
  /** What is in the zone, but for a part that OVN has nothing for; each names the resource. */
  readonly limits: readonly string[];
  readonly neighbours: NeighbourNames;
  readonly sites: readonly Site[];
  readonly cables: readonly Cable[];
  readonly speakers: readonly BgpSite[];
  readonly nodeWatch: NodeWatch;
}

/** Tables of the northbound database that a zone has rows in. */
export const ZONE_TABLES = [
  'Logical_Switch',
  'Logical_Switch_Port',
  'Logical_Router',
  'Logical_Router_Port',
  'Logical_Router_Static_Route',
  'Logical_Router_Policy',
  'BFD',
  'NAT',
  'DHCP_Options',
  'DNS',
  'Load_Balancer',
  'Address_Set',
  'Port_Group',
  'ACL',
  'HA_Chassis_Group',
  'HA_Chassis',
] as const;

const NOTHING_FOUND: Findings = new Map();
const NOTHING_LEARNED: LearnedRoutes = new Map();
const NOBODY: ReadonlySet<string> = new Set();
const NO_PRIORITIES: ReadonlyMap<string, number> = new Map();

export function zoneOf(
  resources: readonly NodeResource[],
  node: string,
  at: Date,
  findings: Findings = NOTHING_FOUND,
  learned: LearnedRoutes = NOTHING_LEARNED,
  dead: ReadonlySet<string> = NOBODY,
  priorities: ReadonlyMap<string, number> = NO_PRIORITIES,
): Zone {
  const draft = fill(new ZoneDraft(resources, node, at, findings, learned, dead, priorities));
  const peers = new Map<string, string>();
  for (const { key, body } of resources) {
    const [address] = body?.$case === 'tunnelEndpoint' ? body.value.addresses : [];
    if (address !== undefined && key !== node) peers.set(key, address);
  }
  const nodeWatch = nodeWatchRows(draft, peers.keys());
  const problems = [...draft.problems, ...later(draft)];
  const { rows, remotePorts, limits, sites, cables, speakers } = draft;
  return { rows, remotePorts, peers, problems, limits, sites, cables, speakers, nodeWatch, neighbours: neighbourNames(draft) };
}

function fill(draft: ZoneDraft): ZoneDraft {
  balancerRows(draft);
  natRows(draft);
  dhcpRows(draft);
  dnsRecordRows(draft);
  switchingRows(draft);
  gatewayFirewallRows(draft);
  sourceCheckRows(draft);
  bgpRows(draft);
  routingRows(draft);
  firewallRows(draft);
  relayRows(draft);
  siteRows(draft);
  return draft;
}

/** What this node could not do of the routers that may come to it. It is refused now: an edge that says it stands by can take over. */
function later({ resources, node, at, findings, learned, rivals, problems, priorities }: ZoneDraft): readonly ZoneProblem[] {
  if (rivals.size === 0) return [];
  const known = new Set(problems.map(({ resource }) => idText(resource)));
  return fill(new ZoneDraft(resources, node, at, findings, learned, rivals, priorities)).problems.filter(({ resource }) => !known.has(idText(resource)));
}

import { ResourceKind, type RouterPort, RouterPort_Role, type StaticRoute } from '../../realization/resources.pb.js';
import { type Family, overlaps, parseBlock, parseRange } from '../../shared/address.js';
import type { Keyed } from '../forwarding-view.js';
import type { ZoneDraft } from './zone-draft.js';

/** Priorities of the policies of a router: what may come, before what is dropped. */
const [WELCOME, UNWELCOME] = [1_001, 1_000] as const;

/**
 * The check of sources: what comes in through a port is dropped where its source would not be routed back through it. For a segment's
 * gateway that is known. Through an uplink the world may come, which is also found by routes that were learned; so what is dropped
 * there is what says that it were from the inside.
 */
export function sourceCheckRows(draft: ZoneDraft): void {
  for (const port of draft.view.routerPorts.values()) {
    if (port.networks.length === 0 || draft.nodeOf(port) !== draft.node) continue;
    const isUplink = port.role === RouterPort_Role.UPLINK;
    // A firewall of the router lets pass what stays inside, so nobody outside may say that he is.
    if (isUplink && (port.strictSourceCheck || draft.filtering.has(port.router)))
      policyRow(draft, port, 'inside', UNWELCOME, among('src', insideOf(draft, port.router)), 'drop');
    if (isUplink || !port.strictSourceCheck) continue;
    const behind = (draft.view.routes.get(port.router) ?? []).filter((route) => leadsThrough(route, port)).map(({ network }) => network);
    if (behind.some((network) => network.endsWith('/0'))) continue;
    policyRow(draft, port, 'own', WELCOME, among('src', [...port.networks, ...behind]), 'allow');
    policyRow(draft, port, 'others', UNWELCOME, 'ip', 'drop');
  }
}

/** Networks that are inside of a router: what its routes do not lead outside for. */
export function insideOf({ view }: ZoneDraft, router: string): string[] {
  const routed = (view.routes.get(router) ?? []).filter(({ external, network }) => !external && !network.endsWith('/0')).map(({ network }) => network);
  const ports = (view.routerPortsOfRouter.get(router) ?? []).filter(({ role }) => role !== RouterPort_Role.UPLINK && role !== RouterPort_Role.SERVICE);
  return [...new Set([...routed, ...ports.flatMap(({ networks }) => networks)])].sort();
}

function leadsThrough({ nextHops }: StaticRoute, { key, networks }: Keyed<RouterPort>): boolean {
  return nextHops.some(({ address, routerPort }) => {
    const range = parseRange(address);
    return routerPort === key || (range !== undefined && networks.some((network) => overlaps(range, parseBlock(network) ?? range)));
  });
}

/** A match of packets from or to these networks, of either family; `0` where there are none. */
export function among(end: 'src' | 'dst', networks: readonly string[]): string {
  const terms = ([4, 6] as const satisfies readonly Family[]).flatMap((family) => {
    const some = networks.filter((network) => parseRange(network)?.family === family);
    return some.length === 0 ? [] : [`ip${family}.${end} == {${some.join(', ')}}`];
  });
  return terms.length === 0 ? '0' : `(${terms.join(' || ')})`;
}

function policyRow(draft: ZoneDraft, { key, router }: Keyed<RouterPort>, name: string, priority: number, match: string, action: 'allow' | 'drop'): void {
  draft.rows.push({
    table: 'Logical_Router_Policy',
    name: `${key} ${name}`,
    owner: { kind: ResourceKind.ROUTER_PORT, key },
    within: { table: 'Logical_Router', name: router, column: 'policies' },
    columns: { priority, match: `inport == ${JSON.stringify(key)} && ${match}`, action },
  });
}

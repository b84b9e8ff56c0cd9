import type { DefaultObject } from '../model/defaults/default-object.js';
import type { SimulatedNodes } from '../operations/settings.js';

const ENFORCEMENT_POINT = '/infra/sites/default/enforcement-points/default';

/** The cluster that the simulated edges are in, unless told otherwise: the name that the Terraform provider's tests look for. */
export const EDGE_CLUSTER = 'EDGECLUSTER1';

/** One simulated node: the object that stands for it, and where tunnels to it end. */
export interface SimulatedNode {
  readonly name: string;
  readonly path: string;
  readonly tunnelAddress: string;
}

/** The nodes of a simulated fabric: hosts `host-1`, ... and edges `edge-1`, ... in one cluster. */
export function simulatedNodes({ hosts, edges }: SimulatedNodes, edgeCluster = EDGE_CLUSTER): readonly SimulatedNode[] {
  const named = (kind: string, count: number, parent: string) => Array.from({ length: count }, (_, index) => ({ name: `${kind}-${index + 1}`, parent }));
  return [
    ...named('host', hosts, `${ENFORCEMENT_POINT}/host-transport-nodes`),
    ...named('edge', edges, `${ENFORCEMENT_POINT}/edge-clusters/${edgeCluster}/edge-nodes`),
  ].map(({ name, parent }, index) => ({ name, path: `${parent}/${name}`, tunnelAddress: tunnelAddress(index) }));
}

/**
 * The intent behind a simulated fabric, parents before children. The hosts name no transport zones, so they belong to all, also to
 * those that a user makes later.
 */
export function simulatedFabricIntent(count: SimulatedNodes, edgeCluster = EDGE_CLUSTER): readonly DefaultObject[] {
  const nodes = simulatedNodes(count, edgeCluster).map(({ name, path }) => ({ path, body: { display_name: name, description: 'Simulated' } }));
  const cluster = { path: `${ENFORCEMENT_POINT}/edge-clusters/${edgeCluster}`, body: { display_name: edgeCluster, description: 'Simulated' } };
  return count.edges > 0 ? [cluster, ...nodes] : nodes;
}

/** Addresses of the range that is set aside for measuring networks (198.18.0.0/15): none of them is anyone's. */
function tunnelAddress(index: number): string {
  const number = index + 1;
  return `198.18.${(number >> 8) & 0xff}.${number & 0xff}`;
}

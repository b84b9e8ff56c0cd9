import type { NodeDelta } from '../realization/contract.js';

/** Where the tunnels of a node begin and end, in the underlay. */
export interface NodeTunnels {
  /** Addresses of the node itself, in order of preference. */
  readonly local: readonly string[];
  /** The nodes at the other ends, by their id, and their addresses. */
  readonly peers: readonly { readonly node: string; readonly addresses: readonly string[] }[];
}

/** The nodes that a node was told to have tunnels to. @param snapshot everything that it should hold */
export function peersIn(node: string, { changes }: Pick<NodeDelta, 'changes'>): NodeTunnels['peers'] {
  return changes.flatMap(({ change }) => {
    if (change?.$case !== 'put' || change.value.body?.$case !== 'tunnelEndpoint' || change.value.key === node) return [];
    return [{ node: change.value.key, addresses: change.value.body.value.addresses }];
  });
}

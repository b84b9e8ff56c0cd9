import { simulatedFabricIntent } from '../../src/agents/simulated-fabric-intent.js';

/** What recordings find already there, beside the default objects: the fabric that clients name, and a tier-0 of it. */
export const GROUND: readonly (readonly [path: string, body: object])[] = [
  ...simulatedFabricIntent({ hosts: 2, edges: 2 }).map(({ path, body }) => [path, body] as const),
  ['/infra/tier-0s/lab-t0', {}],
  ['/infra/tier-0s/lab-t0/locale-services/default', { edge_cluster_path: '/infra/sites/default/enforcement-points/default/edge-clusters/EDGECLUSTER1' }],
];

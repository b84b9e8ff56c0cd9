import { DEFAULT_NETWORKING } from '../../../src/model/defaults/networking.js';
import { MemoryIntent } from '../memory-intent.js';

export const POINT = '/infra/sites/default/enforcement-points/default';
export const CLUSTER = `${POINT}/edge-clusters/edges`;
export const OVERLAY = `${POINT}/transport-zones/nsx-overlay-transportzone`;
export const VLAN = `${POINT}/transport-zones/nsx-vlan-transportzone`;

/** Intent as it is at first start, with an edge cluster of two. */
export function network(): MemoryIntent {
  const intent = new MemoryIntent();
  intent.seed(DEFAULT_NETWORKING);
  intent.patch(CLUSTER, {});
  intent.patch(`${CLUSTER}/edge-nodes/edge-1`, {});
  intent.patch(`${CLUSTER}/edge-nodes/edge-2`, {});
  return intent;
}

import type { Segment } from '../../model/networking/segment.resource.js';
import { SEGMENT_KEYS } from '../../model/spaces.js';
import { bundles } from '../output.js';
import type { Reads } from './reads.js';
import { zoneOf } from './zones.js';

/** What ports and gateways need to know of a segment. Computed apart, so that an edit that changes none of it moves no port. */
export interface SegmentFacts {
  readonly path: string;
  readonly zone: string;
  readonly overlay: boolean;
  readonly tunnelKey: number;
  /** Policy path of the gateway that routes for it. */
  readonly gateway: string | undefined;
  /** Bundle that a node with a port of the segment wants: the gateway's domain, or the segment alone. */
  readonly entry: string;
}

export function segmentFacts(reads: Pick<Reads, 'intent'>, path: string): SegmentFacts | undefined {
  const segment = reads.intent.object<Segment>(path);
  const zone = segment && zoneOf(reads.intent, segment.transport_zone_path);
  const tunnelKey = reads.intent.number(SEGMENT_KEYS.space, path);
  if (!segment || !zone || tunnelKey === undefined) return undefined;
  const gateway = gatewayOf(segment);
  return { path, zone: zone.path, overlay: zone.overlay, tunnelKey, gateway, entry: gateway ? bundles.domain(gateway) : bundles.segment(path) };
}

/** Policy path of the gateway that routes for a segment: the one it hangs under, or the one it names. */
export function gatewayOf(segment: Segment): string | undefined {
  const parent = /^(.*\/tier-1s\/[^/]+)\/segments\//.exec(segment.path)?.[1];
  return parent ?? (segment.connectivity_path || undefined);
}

import type { PolicyObject } from '../../model/policy-object.js';
import type { IntentReads } from '../intent.js';

interface ZonedNode {
  readonly host_switch_spec?: {
    readonly host_switches?: readonly { readonly transport_zone_endpoints?: readonly { readonly transport_zone_id?: string }[] }[];
  };
}

interface TransportZone {
  readonly tz_type?: string;
  readonly is_default?: boolean;
  readonly nsx_id?: string;
}

/** A transport zone as segments need it. */
export interface Zone {
  readonly path: string;
  readonly overlay: boolean;
}

/**
 * Names under which a fabric node says that it belongs to transport zones: policy paths, ids or the identifiers of older
 * clients. Undefined: it says nothing, which an edge node does that belongs to all.
 */
export function zoneNamesOf(node: PolicyObject & ZonedNode): readonly string[] | undefined {
  const switches = node.host_switch_spec?.host_switches;
  return switches?.flatMap((item) => (item.transport_zone_endpoints ?? []).flatMap(({ transport_zone_id: zone }) => zone ?? []));
}

/** Whether a fabric node belongs to a zone. A node whose HostTransportNode or PolicyEdgeNode is gone belongs to none. */
export function belongsTo(intent: IntentReads, fabricPath: string | undefined, zonePath: string): boolean {
  const node = intent.object<ZonedNode>(fabricPath);
  if (!node) return false;
  const names = zoneNamesOf(node);
  if (!names) return true;
  const zone = intent.object<TransportZone>(zonePath);
  return names.some((name) => name === zonePath || (zone !== undefined && (name === zone.id || name === zone.nsx_id || name === zone.realization_id)));
}

/** The zone that a segment is in: the one it names, or the default overlay zone. */
export function zoneOf(intent: IntentReads, named: string | undefined): Zone | undefined {
  const path = named ?? defaultOverlayZone(intent);
  const zone = intent.object<TransportZone>(path);
  return zone && { path: zone.path, overlay: zone.tz_type !== 'VLAN_BACKED' };
}

function defaultOverlayZone(intent: IntentReads): string | undefined {
  return intent.ofType('PolicyTransportZone').find((path) => {
    const zone = intent.object<TransportZone>(path);
    return zone?.is_default && zone.tz_type !== 'VLAN_BACKED';
  });
}

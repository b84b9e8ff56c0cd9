import type { AddressRange, IntentView, WriteView } from '../hooks.js';
import type { PolicyObject } from '../policy-object.js';
import { DEFAULT_ZONES } from '../spaces.js';

/** A transport zone as far as it matters which one is the default. */
interface Zone extends PolicyObject {
  tz_type?: string;
  is_default?: boolean;
}

const OVERLAY = 0n;
const VLAN = 1n;

function number(kind: bigint): AddressRange {
  return { family: 4, low: kind, high: kind };
}

/** Path of the overlay zone that segments which name none belong to. */
export function defaultOverlayZone(view: IntentView): string | undefined {
  return view.overlap(DEFAULT_ZONES, number(OVERLAY), '')?.owner;
}

/** Makes a zone that says so the default of its kind, in place of the one before. */
export function keepOneDefault(zone: Zone, view: WriteView): void {
  if (!zone.is_default) return view.release(zone.path, DEFAULT_ZONES);
  const mine = number(zone.tz_type === 'VLAN_BACKED' ? VLAN : OVERLAY);
  const earlier = view.overlap(DEFAULT_ZONES, mine, zone.path);
  view.claim(DEFAULT_ZONES, zone.path, [mine]);
  if (earlier) view.put(earlier.owner, { ...view.get(earlier.owner), is_default: false });
}

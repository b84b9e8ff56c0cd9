import type { SecurityProfileBindingMap } from '../../model/networking/profile-binding-maps.js';
import type { Segment } from '../../model/networking/segment.resource.js';
import type { SpoofGuardProfile } from '../../model/networking/spoof-guard-profile.resource.js';
import type { Tier1 } from '../../model/networking/tier1.resource.js';
import { SEGMENT_KEYS } from '../../model/spaces.js';
import type { IntentReads } from '../intent.js';
import { bundles } from '../output.js';
import { type SubnetDhcp, subnetsWithDhcp } from './dhcp.js';
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
  /** Subnets with DHCP. */
  readonly dhcp: readonly SubnetDhcp[];
  /** Policy path of the relay that requests for DHCP go to instead. */
  readonly relay: string | undefined;
  /** Whether ports may only use addresses that are bound to them, unless they say otherwise themselves. */
  readonly addressCheck: boolean;
  /** Bundle that a node with a port of the segment wants: the gateway's domain, or the segment alone. */
  readonly entry: string;
}

export function segmentFacts(reads: Pick<Reads, 'intent'>, path: string): SegmentFacts | undefined {
  const { intent } = reads;
  const segment = intent.object<Segment>(path);
  const zone = segment && zoneOf(intent, segment.transport_zone_path);
  const tunnelKey = intent.number(SEGMENT_KEYS.space, path);
  if (!segment || !zone || tunnelKey === undefined) return undefined;
  const gateway = gatewayOf(segment);
  const dhcpConfig = intent.object(segment.dhcp_config_path ?? intent.object<Tier1>(gateway)?.dhcp_config_paths?.[0]);
  return {
    path,
    zone: zone.path,
    overlay: zone.overlay,
    tunnelKey,
    gateway,
    dhcp: subnetsWithDhcp(segment, dhcpConfig),
    relay: dhcpConfig?.resource_type === 'DhcpRelayConfig' ? dhcpConfig.path : undefined,
    addressCheck: addressCheckOf(intent, path, 'SegmentSecurityProfileBindingMap') ?? false,
    entry: gateway ? bundles.domain(gateway) : bundles.segment(path),
  };
}

/** What the profile that is bound to a segment or port says about foreign addresses; undefined: none is bound. */
export function addressCheckOf(intent: IntentReads, path: string, bindingType: string): boolean | undefined {
  for (const binding of intent.children(path, bindingType)) {
    const profile = intent.object<SpoofGuardProfile>(intent.object<SecurityProfileBindingMap>(binding)?.spoofguard_profile_path);
    if (profile) return profile.address_binding_allowlist ?? profile.address_binding_whitelist ?? false;
  }
  return undefined;
}

/** Policy path of the gateway that routes for a segment: the one it hangs under, or the one it names. */
export function gatewayOf(segment: Segment): string | undefined {
  const parent = /^(.*\/tier-1s\/[^/]+)\/segments\//.exec(segment.path)?.[1];
  return parent ?? (segment.connectivity_path || undefined);
}

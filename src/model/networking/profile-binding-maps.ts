import { Field } from '../field.js';
import { PolicyConfigResource } from '../policy-object.js';

/** What a segment's and a port's bindings to profiles have in common. */

export abstract class DiscoveryProfileBindingMap extends PolicyConfigResource {
  @Field('string', 'Policy path of the profile that says how addresses of workloads are learned.', { refs: { to: ['IPDiscoveryProfile'] } })
  ip_discovery_profile_path?: string;

  @Field('string', 'Policy path of the profile that says how MAC addresses are learned.', { refs: { to: ['MacDiscoveryProfile'] } })
  mac_discovery_profile_path?: string;
}

export abstract class QosProfileBindingMap extends PolicyConfigResource {
  @Field('string', 'Policy path of the profile that limits and marks traffic.', { refs: { to: ['QoSProfile'] } })
  qos_profile_path?: string;
}

export abstract class SecurityProfileBindingMap extends PolicyConfigResource {
  @Field('string', 'Policy path of the profile that keeps harmful frames out.', { refs: { to: ['SegmentSecurityProfile'] } })
  segment_security_profile_path?: string;

  @Field('string', 'Policy path of the profile that ties workloads to their addresses.', { refs: { to: ['SpoofGuardProfile'] } })
  spoofguard_profile_path?: string;
}

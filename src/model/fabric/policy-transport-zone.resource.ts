import { Field } from '../field.js';
import { PolicyConfigResource } from '../policy-object.js';
import { Resource } from '../resource.js';
import { keepOneDefault } from './default-zone.js';
import { EnforcementPoint } from './enforcement-point.resource.js';

@Resource<PolicyTransportZone>({
  doc: 'The set of transport nodes that a segment can exist on, and whether it travels in tunnels or in VLANs.',
  feature: 'fabric',
  at: [{ parent: EnforcementPoint, collection: 'transport-zones' }],
  patchAnswers: true,
  hooks: {
    complete(zone) {
      zone.nsx_id = zone.unique_id;
    },
    written: keepOneDefault,
  },
})
export class PolicyTransportZone extends PolicyConfigResource {
  @Field('string', 'Whether segments of the zone travel in tunnels (overlay) or in VLANs.', {
    enum: ['OVERLAY_STANDARD', 'OVERLAY_ENS', 'VLAN_BACKED', 'OVERLAY_BACKED', 'UNKNOWN'],
    default: 'OVERLAY_STANDARD',
  })
  tz_type?: string;

  @Field('boolean', 'Whether segments that name no zone belong to this one; one zone of a kind can be the default.', { default: false })
  is_default?: boolean;

  @Field('string', 'Address families that tunnel endpoints of the zone use.', {
    enum: ['IPV4_ONLY', 'IPV6_ONLY', 'IPV4_AND_IPV6'],
    default: 'IPV4_ONLY',
  })
  forwarding_mode?: string;

  @Field('string', 'VLANs and ranges of VLANs that segments of the zone may use; all where none are named.', { array: true, format: 'vlan-or-range' })
  authorized_vlans?: string[];

  @Field('string', 'Names of uplink policies that segments of the zone may ask for.', { array: true })
  uplink_teaming_policy_names?: string[];

  @Field('string', 'Policy paths of health profiles of the zone.', { array: true, format: 'policy-path' })
  transport_zone_profile_paths?: string[];

  @Field('boolean', 'Whether the nodes of the zone are themselves virtual machines of such a network.')
  nested_nsx?: boolean;

  @Field('string', 'Identifier that agents and older clients know the zone by.', { readOnly: true })
  nsx_id?: string;

  @Field('string', 'Host switch that the zone was derived from.', { readOnly: true })
  origin_id?: string;
}

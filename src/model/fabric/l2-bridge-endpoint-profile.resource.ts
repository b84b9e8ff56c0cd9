import { Field } from '../field.js';
import { PolicyConfigResource } from '../policy-object.js';
import { Resource } from '../resource.js';
import { EnforcementPoint } from './enforcement-point.resource.js';

@Resource({
  doc: 'The edges that bridge segments to VLANs, and how they stand in for one another.',
  unrealized: { reason: 'Edges bridge no segments to VLANs. Use a segment of a VLAN transport zone, or route between the two.' },
  feature: 'fabric',
  at: [{ parent: EnforcementPoint, collection: 'edge-bridge-profiles' }],
})
export class L2BridgeEndpointProfile extends PolicyConfigResource {
  @Field('string', 'Policy paths of the edges, the preferred one first.', { array: true, minItems: 1, maxItems: 2, refs: { to: ['PolicyEdgeNode'] } })
  edge_paths?: string[];

  @Field('string', 'Whether the preferred edge takes over again once it is back.', { enum: ['PREEMPTIVE', 'NON_PREEMPTIVE'], default: 'PREEMPTIVE' })
  failover_mode?: string;

  @Field('string', 'How many of the edges bridge at a time: one.', { enum: ['ACTIVE_STANDBY'], default: 'ACTIVE_STANDBY' })
  ha_mode?: string;
}

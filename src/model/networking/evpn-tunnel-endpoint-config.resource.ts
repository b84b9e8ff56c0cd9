import { Field } from '../field.js';
import { PolicyConfigResource } from '../policy-object.js';
import { Resource } from '../resource.js';
import { LocaleServices } from './locale-services.resource.js';
import { Tier0 } from './tier0.resource.js';

@Resource({
  doc: 'Where tunnels of EVPN peers end on an edge.',
  unrealized: { reason: 'EVPN is not put in force: no tunnel ends at the address. Use BGP neighbours and uplink interfaces instead.' },
  feature: 'networking',
  at: [{ parent: LocaleServices, collection: 'evpn-tunnel-endpoints', within: Tier0 }],
})
export class EvpnTunnelEndpointConfig extends PolicyConfigResource {
  @Field('string', 'Policy path of the edge.', { required: true, refs: { to: ['PolicyEdgeNode'] } })
  edge_path!: string;

  @Field('string', 'Address that tunnels end at.', { array: true, required: true, minItems: 1, maxItems: 1, format: 'ipv4' })
  local_addresses!: string[];

  @Field('integer', 'Largest packet that goes into a tunnel, in bytes.', { min: 64, max: 9100 })
  mtu?: number;
}

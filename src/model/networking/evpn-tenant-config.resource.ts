import { Field } from '../field.js';
import { PolicyConfigResource } from '../policy-object.js';
import { Resource } from '../resource.js';
import { Infra } from '../root/infra.resource.js';

class VlanVniRangePair {
  @Field('string', 'VLAN, or range of VLANs.', { required: true, format: 'vlan-or-range' })
  vlans!: string;

  @Field('string', 'Tunnel key, or range of keys, as many as there are VLANs.', { required: true, pattern: '^\\d{1,8}( ?- ?\\d{1,8})?$' })
  vnis!: string;
}

@Resource({
  doc: 'Says which VLANs of a router among the workloads become which tunnel keys.',
  unrealized: { reason: 'EVPN is not put in force: the mapping of VLANs to tunnel keys is kept only. Make one segment for each VLAN instead.' },
  feature: 'networking',
  at: [{ parent: Infra, collection: 'evpn-tenant-configs' }],
})
export class EvpnTenantConfig extends PolicyConfigResource {
  @Field(() => VlanVniRangePair, 'VLANs with their tunnel keys.', { array: true, required: true, minItems: 1, maxItems: 2000 })
  mappings!: VlanVniRangePair[];

  @Field('string', 'Policy path of the transport zone of the tenant.', { required: true, refs: { to: ['PolicyTransportZone'] } })
  transport_zone_path!: string;

  @Field('string', 'Policy path of the pool that the tunnel keys belong to.', { required: true, refs: { to: ['VniPoolConfig'] } })
  vni_pool_path!: string;
}

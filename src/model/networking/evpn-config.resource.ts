import { Field } from '../field.js';
import { PolicyConfigResource } from '../policy-object.js';
import { Resource } from '../resource.js';
import { Tier0 } from './tier0.resource.js';

class EvpnConfigAdvancedConfig {}

class EvpnEncapConfig extends PolicyConfigResource {
  @Field('string', 'Policy path of the tunnel keys for traffic that goes through the gateway itself.', { refs: { to: ['VniPoolConfig'] } })
  vni_pool_path?: string;

  @Field('string', 'Policy path of the tenant for traffic that a router among the workloads handles.', { refs: { to: ['EvpnTenantConfig'] } })
  evpn_tenant_config_path?: string;
}

@Resource({
  doc: 'EVPN of a tier-0: routes of its VRFs are exchanged together with where they are tunnelled to.',
  unrealized: {
    reason: 'EVPN is not put in force: routes of VRFs are exchanged with no EVPN peer. Use BGP neighbours of the VRFs instead.',
    where: ({ mode }: EvpnConfig) => mode !== undefined && mode !== 'DISABLE',
  },
  feature: 'networking',
  at: [{ parent: Tier0, singleton: 'evpn' }],
  verbs: ['GET', 'PUT', 'PATCH'],
})
export class EvpnConfig extends PolicyConfigResource {
  @Field('string', 'Whether traffic goes through the gateway (INLINE) or only its routes do (ROUTE_SERVER).', {
    enum: ['INLINE', 'ROUTE_SERVER', 'DISABLE'],
    default: 'DISABLE',
  })
  mode?: string;

  @Field(() => EvpnEncapConfig, 'How traffic is tunnelled.')
  encapsulation_method?: EvpnEncapConfig;

  @Field(() => EvpnConfigAdvancedConfig, 'Settings that few gateways need; there are none so far.')
  advanced_config?: EvpnConfigAdvancedConfig;
}

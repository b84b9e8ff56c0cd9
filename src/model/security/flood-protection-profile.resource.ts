import { Field } from '../field.js';
import { PolicyConfigResource } from '../policy-object.js';
import { Resource } from '../resource.js';
import { Infra } from '../root/infra.resource.js';

const CONNECTIONS = { min: 1, max: 1_000_000 } as const;

@Resource({
  doc: 'Most connections at a time, against floods. A limit that is left out does not apply.',
  feature: 'security',
  abstract: true,
  at: [{ parent: Infra, collection: 'flood-protection-profiles' }],
})
export abstract class FloodProtectionProfile extends PolicyConfigResource {
  @Field('integer', 'Most TCP connections whose handshake is not finished.', CONNECTIONS)
  tcp_half_open_conn_limit?: number;

  @Field('integer', 'Most flows of UDP.', CONNECTIONS)
  udp_active_flow_limit?: number;

  @Field('integer', 'Most flows of ICMP.', CONNECTIONS)
  icmp_active_flow_limit?: number;

  @Field('integer', 'Most connections of other protocols.', CONNECTIONS)
  other_active_conn_limit?: number;
}

@Resource({ doc: 'Limits for each port of a workload.' })
export class DistributedFloodProtectionProfile extends FloodProtectionProfile {
  @Field('boolean', 'Whether a half-open connection is answered without keeping state.', { default: false })
  enable_syncache!: boolean;

  @Field('boolean', 'Whether resets that do not fit a connection are answered by a challenge.', { default: false })
  enable_rst_spoofing!: boolean;
}

@Resource({ doc: 'Limits for a gateway.' })
export class GatewayFloodProtectionProfile extends FloodProtectionProfile {
  @Field('integer', 'Most connections that are translated.', { min: 1, max: 4_294_967_295, default: 4_294_967_295 })
  nat_active_conn_limit!: number;
}

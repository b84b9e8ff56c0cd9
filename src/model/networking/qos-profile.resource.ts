import { Field, Variant } from '../field.js';
import { PolicyConfigResource } from '../policy-object.js';
import { Resource } from '../resource.js';
import { Infra } from '../root/infra.resource.js';

class QosDscp {
  @Field('string', 'Whether the mark of the workload is taken over (TRUSTED) or replaced.', { enum: ['TRUSTED', 'UNTRUSTED'], default: 'TRUSTED' })
  mode?: string;

  @Field('integer', 'Mark that replaces it.', { default: 0, min: 0, max: 63 })
  priority?: number;
}

abstract class QosBaseRateLimiter {
  @Field('string', 'Which traffic is limited.', { required: true })
  resource_type!: string;

  @Field('boolean', 'Whether the limit is in force.', { required: true })
  enabled!: boolean;

  @Field('integer', 'Most bytes that may come at once.', { default: 0, min: 0 })
  burst_size?: number;
}

@Variant('IngressRateLimiter')
class IngressRateLimiter extends QosBaseRateLimiter {
  @Field('integer', 'Rate in the long run, in Mbit/s.', { default: 0, min: 0 })
  average_bandwidth?: number;

  @Field('integer', 'Rate during a burst, in Mbit/s.', { default: 0, min: 0 })
  peak_bandwidth?: number;
}

@Variant('IngressBroadcastRateLimiter')
class IngressBroadcastRateLimiter extends QosBaseRateLimiter {
  @Field('integer', 'Rate in the long run, in kbit/s.', { default: 0, min: 0 })
  average_bandwidth?: number;

  @Field('integer', 'Rate during a burst, in kbit/s.', { default: 0, min: 0 })
  peak_bandwidth?: number;
}

@Variant('EgressRateLimiter')
class EgressRateLimiter extends QosBaseRateLimiter {
  @Field('integer', 'Rate in the long run, in Mbit/s.', { default: 0, min: 0 })
  average_bandwidth?: number;

  @Field('integer', 'Rate during a burst, in Mbit/s.', { default: 0, min: 0 })
  peak_bandwidth?: number;
}

@Resource({
  doc: 'Limits and marks the traffic of the ports that are bound to it.',
  feature: 'networking',
  type: 'QoSProfile',
  at: [{ parent: Infra, collection: 'qos-profiles' }],
})
export class QosProfile extends PolicyConfigResource {
  @Field('integer', 'Class that frames are marked with on VLAN segments.', { default: 0, min: 0, max: 7 })
  class_of_service?: number;

  @Field(() => QosDscp, 'Mark of packets in tunnels.')
  dscp?: QosDscp;

  @Field({ oneOf: () => [IngressRateLimiter, IngressBroadcastRateLimiter, EgressRateLimiter] }, 'Limits, at most one of each kind.', {
    array: true,
    maxItems: 3,
  })
  shaper_configurations?: QosBaseRateLimiter[];
}

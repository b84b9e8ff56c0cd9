import { Field } from '../field.js';
import { PolicyConfigResource } from '../policy-object.js';
import { Resource } from '../resource.js';
import { Tier0 } from './tier0.resource.js';
import { Tier1 } from './tier1.resource.js';

@Resource({
  doc: 'A name server of a gateway that hands questions on and remembers the answers.',
  feature: 'networking',
  at: [
    { parent: Tier0, singleton: 'dns-forwarder' },
    { parent: Tier1, singleton: 'dns-forwarder' },
  ],
})
export class PolicyDnsForwarder extends PolicyConfigResource {
  @Field('string', 'Address that workloads ask.', { required: true, format: 'ipv4' })
  listener_ip!: string;

  @Field('string', 'Policy path of the zone for all domains that no other zone has.', { required: true, refs: { to: ['PolicyDnsForwarderZone'] } })
  default_forwarder_zone_path!: string;

  @Field('string', 'Policy paths of zones for domains of their own.', { array: true, maxItems: 5, refs: { to: ['PolicyDnsForwarderZone'] } })
  conditional_forwarder_zone_paths?: string[];

  @Field('boolean', 'Whether questions are answered.', { default: true })
  enabled?: boolean;

  @Field('integer', 'How much is remembered, in KiB.', { min: 0 })
  cache_size?: number;

  @Field('string', 'How much is logged.', { enum: ['DEBUG', 'INFO', 'WARNING', 'ERROR', 'FATAL'], default: 'INFO' })
  log_level?: string;
}

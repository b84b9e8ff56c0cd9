import { Field } from '../field.js';
import { PolicyConfigResource } from '../policy-object.js';
import { Resource } from '../resource.js';
import { Infra } from '../root/infra.resource.js';

@Resource({
  doc: 'What a gateway does about an IPv6 address of its own that someone else has already.',
  unrealized: { reason: 'Gateways use their IPv6 addresses without asking whether someone has them. Give every address once.' },
  feature: 'networking',
  at: [{ parent: Infra, collection: 'ipv6-dad-profiles' }],
})
export class Ipv6DadProfile extends PolicyConfigResource {
  @Field('string', 'Whether such an address is used all the same (LOOSE) or not.', { enum: ['LOOSE', 'STRICT'], default: 'LOOSE' })
  dad_mode?: string;

  @Field('integer', 'How many times the gateway asks whether anyone has the address.', { default: 3, min: 0, max: 10 })
  ns_retries?: number;

  @Field('integer', 'How long it waits for an answer, in seconds.', { default: 1, min: 0, max: 60 })
  wait_time?: number;
}

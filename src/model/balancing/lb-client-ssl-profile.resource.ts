import { Field } from '../field.js';
import { Resource } from '../resource.js';
import { Infra } from '../root/infra.resource.js';
import { completeSslProfile, LBSslProfile } from './ssl.js';

@Resource<LBClientSslProfile>({
  doc: 'TLS settings of a virtual server towards its clients.',
  feature: 'balancing',
  at: [{ parent: Infra, collection: 'lb-client-ssl-profiles' }],
  hooks: { complete: completeSslProfile },
})
export class LBClientSslProfile extends LBSslProfile {
  @Field('boolean', 'Whether the order of this profile decides between ciphers that both sides know.', { default: true })
  prefer_server_ciphers!: boolean;

  @Field('integer', 'How long a session may be resumed, in seconds.', { min: 1, max: 86400, default: 300 })
  session_cache_timeout!: number;
}

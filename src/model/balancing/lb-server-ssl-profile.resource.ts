import { Resource } from '../resource.js';
import { Infra } from '../root/infra.resource.js';
import { completeSslProfile, LBSslProfile } from './ssl.js';

@Resource<LBServerSslProfile>({
  doc: 'TLS settings of a virtual server or a monitor towards the members of a pool.',
  feature: 'balancing',
  at: [{ parent: Infra, collection: 'lb-server-ssl-profiles' }],
  hooks: { complete: completeSslProfile },
})
export class LBServerSslProfile extends LBSslProfile {}

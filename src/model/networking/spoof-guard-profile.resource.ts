import { Field } from '../field.js';
import { PolicyConfigResource } from '../policy-object.js';
import { Resource } from '../resource.js';
import { Infra } from '../root/infra.resource.js';

@Resource<SpoofGuardProfile>({
  doc: 'Ties workloads to their addresses: traffic from others is dropped.',
  feature: 'networking',
  at: [{ parent: Infra, collection: 'spoofguard-profiles' }],
  hooks: {
    // Both names are answered, because clients of either age read theirs.
    complete(profile) {
      profile.address_binding_allowlist ??= profile.address_binding_whitelist ?? false;
      profile.address_binding_whitelist = profile.address_binding_allowlist;
    },
  },
})
export class SpoofGuardProfile extends PolicyConfigResource {
  @Field('boolean', 'Whether only addresses bound to a port, or learned on it, may be used there.')
  address_binding_allowlist?: boolean;

  @Field('boolean', 'Earlier name of `address_binding_allowlist`.', { deprecated: true })
  address_binding_whitelist?: boolean;
}

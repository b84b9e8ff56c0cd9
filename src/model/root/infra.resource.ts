import { Field } from '../field.js';
import { PolicyConfigResource } from '../policy-object.js';
import { Resource } from '../resource.js';

/** What the roots of intent share. */
export abstract class AbstractSpace extends PolicyConfigResource {
  @Field('string', 'Default of the distributed firewall in earlier releases; the default security policies decide today.', {
    deprecated: true,
    enum: ['WHITELIST', 'BLACKLIST', 'WHITELIST_ENABLE_LOGGING', 'BLACKLIST_ENABLE_LOGGING', 'NONE'],
  })
  connectivity_strategy?: string;
}

@Resource({
  doc: 'The root of all policy intent of this manager.',
  feature: 'system',
  at: [{ root: 'infra' }],
  verbs: ['GET', 'PATCH', 'PUT'],
})
export class Infra extends AbstractSpace {
  @Field('object', 'Not filled: domains are read at their own paths, and written there or as children.', { array: true, readOnly: true })
  domains?: object[];
}

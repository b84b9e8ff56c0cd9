import { Field, type StructClass, Variant } from '../field.js';
import { PolicyConfigResource } from '../policy-object.js';
import { Resource } from '../resource.js';
import { Infra } from '../root/infra.resource.js';

const SECONDS = { min: 1, max: 2147483647 } as const;

@Resource({
  doc: 'How a virtual server finds the member again that a client had before.',
  feature: 'balancing',
  abstract: true,
  at: [{ parent: Infra, collection: 'lb-persistence-profiles' }],
})
export abstract class LBPersistenceProfile extends PolicyConfigResource {
  @Field('boolean', 'Whether all virtual servers with the profile remember together.', { default: false })
  persistence_shared!: boolean;
}

@Resource({ doc: "Persistence by the client's address." })
export class LBSourceIpPersistenceProfile extends LBPersistenceProfile {
  @Field('integer', 'How long an idle client is remembered, in seconds.', { ...SECONDS, default: 300 })
  timeout!: number;

  @Field('string', 'Whether the oldest entries make room when the table is full.', { enum: ['NO_PURGE', 'FULL'], default: 'FULL' })
  purge!: string;

  @Field('boolean', 'Whether what is remembered outlives a fail-over between edges.', { deprecated: true, default: false })
  ha_persistence_mirroring_enabled!: boolean;
}

@Variant('LBSessionCookieTime', 'type')
class LBSessionCookieTime {
  @Field('integer', 'How long a session may be idle, in seconds.', SECONDS)
  cookie_max_idle?: number;

  @Field('integer', 'How long a session may last, in seconds.', SECONDS)
  cookie_max_life?: number;
}

@Variant('LBPersistenceCookieTime', 'type')
class LBPersistenceCookieTime {
  @Field('integer', 'How long the browser keeps an unused cookie, in seconds.', { ...SECONDS, required: true })
  cookie_max_idle!: number;
}

const COOKIE_TIMES: readonly StructClass[] = [LBSessionCookieTime, LBPersistenceCookieTime];

@Resource({ doc: 'Persistence by a cookie.' })
export class LBCookiePersistenceProfile extends LBPersistenceProfile {
  @Field('string', "Whose cookie it is: the load balancer's own, or one of the member that is extended or rewritten.", {
    enum: ['INSERT', 'PREFIX', 'REWRITE'],
    default: 'INSERT',
  })
  cookie_mode!: string;

  @Field('string', 'Name of the cookie.', { default: 'NSXLB' })
  cookie_name!: string;

  @Field('string', 'Domain of the cookie.')
  cookie_domain?: string;

  @Field('string', 'Path of the URLs that the cookie is for.')
  cookie_path?: string;

  @Field('boolean', 'Whether another member serves when the remembered one is down; otherwise the request is refused.', { default: true })
  cookie_fallback!: boolean;

  @Field('boolean', 'Whether the cookie hides the address of the member.', { default: true })
  cookie_garble!: boolean;

  @Field('boolean', 'Whether scripts in the browser cannot read the cookie.', { default: false })
  cookie_httponly!: boolean;

  @Field('boolean', 'Whether the browser sends the cookie over HTTPS only.', { default: false })
  cookie_secure!: boolean;

  @Field({ oneOf: () => COOKIE_TIMES }, 'How long the cookie is good; as long as the browser runs where left out.')
  cookie_time?: { type: string; cookie_max_idle?: number; cookie_max_life?: number };
}

@Resource({ doc: 'Persistence by a value that rules of the virtual server take from requests and answers.' })
export class LBGenericPersistenceProfile extends LBPersistenceProfile {
  @Field('integer', 'How long an unused value is remembered, in seconds.', { ...SECONDS, default: 300 })
  timeout!: number;

  @Field('boolean', 'Whether what is remembered outlives a fail-over between edges.', { default: false })
  ha_persistence_mirroring_enabled!: boolean;
}

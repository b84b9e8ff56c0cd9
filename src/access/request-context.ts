import type { FastifyRequest } from 'fastify';
import type { RequestContext } from '../policy/ports.js';

/** Query parameters that could hold a credential if a client puts it there; their values are not kept. */
const SECRET_PARAMETERS = /([?&](?:j_password|password|old_password|token|secret|passphrase)=)[^&]*/gi;

/** What is asked, as it is audited; who asks is found out by it. */
export function anonymousContextOf({ id, ip, method, url }: FastifyRequest): Omit<RequestContext, 'actor'> {
  return { requestId: id, source: ip, method, uri: url.includes('=') ? url.replaceAll(SECRET_PARAMETERS, '$1[secret]') : url };
}

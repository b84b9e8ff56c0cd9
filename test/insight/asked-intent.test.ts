import { expect, it } from 'vitest';
import { AskedIntent } from '../../src/insight/asked-intent.js';
import { CODES } from '../../src/model/error-codes.js';
import { PolicyError } from '../../src/model/problem.js';
import type { Feature } from '../../src/model/resource.js';
import { registry } from '../../src/model/types.js';
import type { IntentReader } from '../../src/policy/ports.js';
import type { Authorizer, KnownRequest } from '../../src/policy/request.js';

const RULE = '/infra/domains/default/security-policies/shop/rules/a';
const request = {} as KnownRequest;

function intentFor(...features: readonly Feature[]): AskedIntent {
  const authorizer = {
    require(_: unknown, feature: Feature, access: string) {
      if (!features.includes(feature)) throw new PolicyError({ status: 403, code: CODES.forbidden, message: `${access} ${feature}` });
    },
  } as unknown as Authorizer;
  const reader = { get: (path: string) => (path === RULE ? { path } : undefined) } as unknown as IntentReader;
  return new AskedIntent(reader, registry, authorizer);
}

it('is for those who may read the object itself', () => {
  expect(intentFor('security').find(request, RULE)).toEqual({ path: RULE });
  expect(() => intentFor('networking').find(request, RULE)).toThrow('read security');
});

it('says that it is not there only to them', () => {
  const missing = `${RULE}b`;
  expect(() => intentFor('security').find(request, missing)).toThrow(`${missing} does not exist`);
  expect(() => intentFor('networking').find(request, missing)).toThrow('read security');
});

import { beforeEach, describe, expect, it } from 'vitest';
import { ADMIN, P, policyApi } from './policy-api.js';

const api = policyApi();
const as = (user: string) => {
  api.actor = { user, principal: false, roles: ['security_op'] };
};
const POLICY = `${P}/infra/domains/default/security-policies/ours`;
const RULE = { action: 'ALLOW', source_groups: ['ANY'], destination_groups: ['ANY'], services: ['ANY'] };

describe('a locked policy', () => {
  beforeEach(async () => {
    as('ann');
    await api.http.patch(POLICY).send({ locked: true, comments: 'Migration.', rules: [{ ...RULE, id: 'r' }] });
    as('bob');
  });

  it.each([
    ['changed', () => api.http.patch(POLICY).send({ description: 'Mine.' })],
    ['unlocked', () => api.http.patch(POLICY).send({ locked: false })],
    ['deleted', () => api.http.delete(POLICY)],
    ['given a rule', () => api.http.patch(`${POLICY}/rules/other`).send(RULE)],
    ['robbed of a rule', () => api.http.delete(`${POLICY}/rules/r`)],
    ['moved', () => api.http.post(`${POLICY}?action=revise`).send({ sequence_number: 7 })],
  ])('cannot be %s by another user, who is told whose lock it is', async (_what, change) => {
    const before = (await api.http.get(POLICY)).body;
    const { status, body } = await change();
    expect({ status, message: body.error_message }).toEqual({ status: 403, message: expect.stringContaining('is locked by ann') });
    expect((await api.http.get(POLICY)).body).toEqual(before);
  });

  it('stays open to whoever locked it, and to administrators', async () => {
    as('ann');
    await api.http
      .patch(`${POLICY}/rules/r`)
      .send({ ...RULE, action: 'DROP' })
      .expect(200);
    api.actor = ADMIN;
    await api.http.patch(POLICY).send({ locked: false }).expect(200);
    as('bob');
    await api.http.patch(POLICY).send({ description: 'Open again.' }).expect(200);
  });
});

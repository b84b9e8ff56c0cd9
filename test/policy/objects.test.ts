import { describe, expect, it } from 'vitest';
import { ADMIN, P, policyApi } from './policy-api.js';

const api = policyApi();

describe('an object of the policy tree', () => {
  const path = `${P}/infra/tier-1s/gw`;

  it('is created by PATCH, read back as written, and starts at revision 0', async () => {
    await api.http
      .patch(path)
      .send({ display_name: 'Gateway', tags: [{ scope: 's', tag: 't' }] })
      .expect(200);
    const { body } = await api.http.get(path).expect(200);
    expect(body).toMatchObject({
      id: 'gw',
      display_name: 'Gateway',
      resource_type: 'Tier1',
      path: '/infra/tier-1s/gw',
      parent_path: '/infra',
      _revision: 0,
      tags: [{ scope: 's', tag: 't' }],
      marked_for_delete: false,
    });
  });

  it('is named by its path, whatever id a body has that was copied from elsewhere', async () => {
    await api.http.patch(`${P}/infra/tier-1s/copy`).send({ id: 'gw', display_name: 'Copy' }).expect(200);
    expect((await api.http.get(`${P}/infra/tier-1s/copy`)).body).toMatchObject({ id: 'copy', path: '/infra/tier-1s/copy' });
    await api.http.delete(`${P}/infra/tier-1s/copy`).expect(200);
  });

  it('is replaced by a PATCH: what the body leaves out is unset', async () => {
    await api.http.patch(path).send({ description: 'Only this.' }).expect(200);
    const { body } = await api.http.get(path);
    expect(body.display_name).toBe('gw');
    expect(body.tags).toBeUndefined();
    expect(body._revision).toBe(1);
  });

  it('has a name that fits even where the identifier is longer, and can be written back as it was read', async () => {
    const path = `${P}/infra/tier-1s/${'g'.repeat(300)}`;
    await api.http.patch(path).send({}).expect(200);
    const { body } = await api.http.get(path).expect(200);
    expect(body.display_name).toBe('g'.repeat(255));
    await api.http.put(path).send(body).expect(200);
    await api.http.delete(path).expect(200);
  });

  it('keeps what a partial PATCH does not name', async () => {
    await api.http.patch(path).set('nsx-enable-partial-patch', 'true').send({ display_name: 'Again' }).expect(200);
    const { body } = await api.http.get(path);
    expect(body).toMatchObject({ description: 'Only this.', display_name: 'Again', _revision: 2 });
  });

  it('keeps its revision when a PATCH changes nothing', async () => {
    await api.http.patch(path).send({ display_name: 'Again', description: 'Only this.' }).expect(200);
    expect((await api.http.get(path)).body._revision).toBe(2);
  });

  it('is replaced by a PUT with the current revision, and by no other', async () => {
    const { body } = await api.http.get(path);
    const answer = await api.http
      .put(path)
      .send({ ...body, description: 'Put.' })
      .expect(200);
    expect(answer.body).toMatchObject({ description: 'Put.', _revision: 3 });
    const stale = await api.http
      .put(path)
      .send({ ...body, description: 'Too late.' })
      .expect(412);
    expect(stale.body).toMatchObject({ httpStatus: 'PRECONDITION_FAILED', error_code: 500087, module_name: 'policy' });
    await api.http.put(path).send({ display_name: 'No revision' }).expect(412);
    expect((await api.http.get(path)).body).toMatchObject({ description: 'Put.', _revision: 3 });
  });

  it('is listed with its siblings, a page at a time', async () => {
    for (const id of ['p1', 'p2', 'p3']) await api.http.put(`${P}/infra/tier-1s/${id}`).send({ description: id }).expect(200);
    const first = await api.http.get(`${P}/infra/tier-1s?page_size=2&sort_by=id`).expect(200);
    expect(first.body).toMatchObject({ result_count: 4, cursor: '2' });
    const second = await api.http.get(`${P}/infra/tier-1s?page_size=2&sort_by=id&cursor=${first.body.cursor}`);
    expect(second.body.cursor).toBeUndefined();
    expect([...first.body.results, ...second.body.results].map(({ id }) => id)).toEqual(['gw', 'p1', 'p2', 'p3']);
    const fields = await api.http.get(`${P}/infra/tier-1s?included_fields=description`);
    expect(Object.keys(fields.body.results[0]).sort()).toEqual(['description', 'id', 'resource_type']);
  });

  it('cannot be deleted while another object refers to it, unless forced', async () => {
    await api.http.put(`${P}/infra/segments/s1`).send({ connectivity_path: '/infra/tier-1s/p1' }).expect(200);
    const refused = await api.http.delete(`${P}/infra/tier-1s/p1`).expect(400);
    expect(refused.body).toMatchObject({ error_code: 500030 });
    expect(refused.body.error_message).toContain('/infra/segments/s1');
    await api.http.delete(`${P}/infra/segments/s1`).expect(200);
    await api.http.delete(`${P}/infra/tier-1s/p1`).expect(200);
    await api.http.get(`${P}/infra/tier-1s/p1`).expect(404);
    await api.http.delete(`${P}/infra/tier-1s/p1`).expect(404);
  });

  it('takes its subtree along when deleted', async () => {
    await api.http.put(`${P}/infra/tier-1s/p2/segments/s`).send({ display_name: 's' }).expect(200);
    await api.http.put(`${P}/infra/tier-1s/p2/segments/s/ports/p`).send({ display_name: 'p' }).expect(200);
    await api.http.delete(`${P}/infra/tier-1s/p2?fail_if_subtree_exists=true`).expect(400);
    await api.http.delete(`${P}/infra/tier-1s/p2`).expect(200);
    expect(api.reader.exists('/infra/tier-1s/p2/segments/s/ports/p')).toBe(false);
  });
});

describe('a trial (dry_run)', () => {
  const path = `${P}/infra/tier-1s/trial`;

  it('keeps nothing, and answers nothing but a status', async () => {
    expect((await api.http.put(`${path}?dry_run=true`).send({ display_name: 'New' }).expect(200)).text).toBe('');
    await api.http.get(path).expect(404);
    const { body: kept } = await api.http.put(path).send({ display_name: 'Kept' }).expect(200);
    expect(
      (
        await api.http
          .put(`${path}?dry_run=true`)
          .send({ ...kept, display_name: 'Other' })
          .expect(200)
      ).text,
    ).toBe('');
    await api.http.delete(`${path}?dry_run=true`).expect(200);
    expect((await api.http.get(path).expect(200)).body).toEqual(kept);
  });

  it('is refused as the write would be', async () => {
    await api.http.put(`${path}?dry_run=true`).send({ display_name: 'Stale' }).expect(412);
    await api.http.patch(`${path}?dry_run=true`).send({ tier0_path: '/infra/tier-0s/none' }).expect(400);
    await api.http.delete(path).expect(200);
  });
});

describe('bad input', () => {
  const path = `${P}/infra/segments/bad`;

  it.each([
    ['an unknown field', { nonsense: 1 }, 'nonsense'],
    ['a wrong type', { subnets: 'x' }, 'subnets'],
    ['a value that is not in the list', { admin_state: 'SIDEWAYS' }, 'admin_state'],
    ['a malformed address', { subnets: [{ gateway_address: '10.0.0.300/24' }] }, 'subnets[0].gateway_address'],
    ['a reference to nothing', { connectivity_path: '/infra/tier-1s/none' }, 'connectivity_path'],
    ['a reference to the wrong type', { connectivity_path: '/infra/domains/default' }, 'connectivity_path'],
    ['a reference that is no path', { connectivity_path: 'gw' }, 'connectivity_path'],
    ['another type than the path', { resource_type: 'Tier1' }, 'resource_type'],
    ['too many tags', { tags: Array.from({ length: 31 }, () => ({ tag: 'x' })) }, 'tags'],
  ])('%s is refused with the field, and nothing is written', async (_name, body, field) => {
    const sequence = api.reader.sequence();
    for (const verb of ['put', 'patch'] as const) {
      const answer = await api.http[verb](path).send(body);
      expect(answer.status).toBe(400);
      expect(answer.headers['content-type']).toContain('application/json');
      expect(JSON.stringify(answer.body)).toContain(field);
      expect(answer.body).toMatchObject({ httpStatus: 'BAD_REQUEST', module_name: 'policy' });
      expect(answer.body.error_code).toBeTypeOf('number');
    }
    expect(api.reader.exists('/infra/segments/bad')).toBe(false);
    expect(api.reader.sequence()).toBe(sequence);
  });

  it.each([
    ['get', '/infra/segments/none', 404],
    ['get', '/infra/nonsense', 404],
    ['get', '/infra/segments/a%2Fb', 400],
    ['get', '/infra/segments/%ff', 400],
    ['put', '/infra/segments', 400],
    ['delete', '/infra', 400],
    ['put', '/infra/segments/%00', 400],
    ['put', '/infra/tier-1s/none/segments/x', 404],
    ['put', `/infra/segments/${'x'.repeat(1024)}`, 400],
    ['get', '/infra/segments?page_size=x', 400],
    ['get', '/infra/segments?cursor=-1', 400],
    ['delete', '/infra/segments/none?force=perhaps', 400],
  ] as const)('%s %s answers %i in the shape of an error', async (verb, url, status) => {
    const answer = await api.http[verb](`${P}${url}`).send(verb === 'put' ? {} : undefined);
    expect(answer.status).toBe(status);
    expect(answer.body.error_code).toBeTypeOf('number');
    expect(answer.body.error_message).toMatch(/\.$/);
  });

  it('takes ids that are unusual but sound', async () => {
    for (const id of ['PLR-1 LogicalRouterTier0', 'ü~(x);,@', 'x'.repeat(255)]) {
      await api.http
        .put(`${P}/infra/tier-1s/${encodeURIComponent(id)}`)
        .send({})
        .expect(200);
      const { body } = await api.http.get(`${P}/infra/tier-1s/${encodeURIComponent(id)}`).expect(200);
      expect(body.id).toBe(id);
    }
  });
});

describe('what a principal identity created', () => {
  it('is changed by others only when they say so', async () => {
    const path = `${P}/infra/tier-1s/owned`;
    api.actor = { user: 'cluster', principal: true, roles: ['enterprise_admin'] };
    await api.http.put(path).send({}).expect(200);
    api.actor = ADMIN;
    expect((await api.http.get(path)).body._protection).toBe('REQUIRE_OVERRIDE');
    await api.http.patch(path).send({ description: 'x' }).expect(403);
    await api.http.delete(path).expect(403);
    await api.http.patch(path).set('X-Allow-Overwrite', 'true').send({ description: 'x' }).expect(200);
    await api.http.delete(path).set('X-Allow-Overwrite', 'true').expect(200);
  });
});

describe('an object that clients write in parts', () => {
  const services = `${P}/infra/tier-0s/parts/locale-services/default`;
  const redistribution = { bgp_enabled: true, redistribution_rules: [{ name: 'all', route_redistribution_types: ['TIER0_STATIC'] }] };

  it('keeps the parts that a PATCH of it leaves out, until one is sent empty', async () => {
    await api.http.put(`${P}/infra/tier-0s/parts`).send({}).expect(200);
    await api.http.put(`${P}/infra/bfd-profiles/parts`).send({}).expect(200);
    await api.http.patch(services).send({ bfd_profile_path: '/infra/bfd-profiles/parts' }).expect(200);
    await api.http.patch(services).send({ route_redistribution_config: redistribution }).expect(200);
    expect((await api.http.get(services)).body).toMatchObject({ bfd_profile_path: '/infra/bfd-profiles/parts', route_redistribution_config: redistribution });
    await api.http.patch(services).send({ bfd_profile_path: '' }).expect(200);
    const { body } = await api.http.get(services);
    expect(body.bfd_profile_path).toBeUndefined();
    expect(body.route_redistribution_config).toMatchObject(redistribution);
  });

  it('unsets what a partial PATCH names as null', async () => {
    await api.http.patch(services).set('nsx-enable-partial-patch', 'true').send({ route_redistribution_config: null }).expect(200);
    expect((await api.http.get(services)).body.route_redistribution_config).toBeUndefined();
  });

  it('comes whole inside the body of another object', async () => {
    await api.http.patch(services).send({ route_redistribution_config: redistribution }).expect(200);
    const child = { resource_type: 'ChildLocaleServices', LocaleServices: { id: 'default', display_name: 'Whole' } };
    await api.http
      .patch(`${P}/infra/tier-0s/parts`)
      .send({ children: [child] })
      .expect(200);
    const { body } = await api.http.get(services);
    expect(body.display_name).toBe('Whole');
    expect(body.route_redistribution_config).toBeUndefined();
  });
});

describe('the answer to a PATCH', () => {
  it('is empty, except for the types whose clients read the object from it', async () => {
    const plain = await api.http.patch(`${P}/infra/tier-1s/answered`).send({}).expect(200);
    expect([plain.text, plain.headers['content-type']]).toEqual(['', undefined]);
    const path = `${P}/infra/host-switch-profiles/answered`;
    const told = await api.http.patch(path).send({ resource_type: 'PolicyVtepHAHostSwitchProfile', enabled: true }).expect(200);
    expect(told.body).toMatchObject({ resource_type: 'PolicyVtepHAHostSwitchProfile', id: 'answered', _revision: 0 });
    expect(told.body).toEqual((await api.http.get(path)).body);
  });
});

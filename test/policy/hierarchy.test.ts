import { describe, expect, it } from 'vitest';
import { P, policyApi } from './policy-api.js';

const api = policyApi();
const infra = (...children: object[]) => ({ resource_type: 'Infra', children });
const tier1 = (id: string, fields: object = {}, ...children: object[]) => ({
  resource_type: 'ChildTier1',
  Tier1: { resource_type: 'Tier1', id, ...fields, ...(children.length > 0 ? { children } : {}) },
});
const segment = (id: string, fields: object = {}) => ({ resource_type: 'ChildSegment', Segment: { resource_type: 'Segment', id, ...fields } });
const gone = (wrapper: object) => ({ ...wrapper, marked_for_delete: true });
const reference = (type: string, id: string, ...children: object[]) => ({ resource_type: 'ChildResourceReference', target_type: type, id, children });

describe('the hierarchical PATCH', () => {
  it('writes a whole tree, whatever refers to what inside it', async () => {
    await api.http
      .patch(`${P}/infra`)
      .send(infra(segment('web', { connectivity_path: '/infra/tier-1s/gw' }), tier1('gw', { display_name: 'Gateway' }, segment('own'))))
      .expect(200);
    expect((await api.http.get(`${P}/infra/segments/web`)).body.connectivity_path).toBe('/infra/tier-1s/gw');
    expect((await api.http.get(`${P}/infra/tier-1s/gw/segments/own`)).body.parent_path).toBe('/infra/tier-1s/gw');
  });

  it('leaves an object that it only passes through as it is', async () => {
    await api.http
      .patch(`${P}/infra`)
      .send(infra(reference('Tier1', 'gw', segment('more'))))
      .expect(200);
    expect((await api.http.get(`${P}/infra/tier-1s/gw`)).body).toMatchObject({ display_name: 'Gateway', _revision: 0 });
    await api.http.get(`${P}/infra/tier-1s/gw/segments/more`).expect(200);
  });

  it('counts every object it is sent, changed or not', async () => {
    await api.http
      .patch(`${P}/infra`)
      .send(infra(tier1('gw', { display_name: 'Gateway' })))
      .expect(200);
    expect((await api.http.get(`${P}/infra/tier-1s/gw`)).body._revision).toBe(1);
  });

  it('compares revisions when asked to', async () => {
    const stale = infra(tier1('gw', { display_name: 'Stale', _revision: 0 }));
    await api.http.patch(`${P}/infra?enforce_revision_check=true`).send(stale).expect(412);
    await api.http.patch(`${P}/infra?enforce_revision_check=false`).send(stale).expect(200);
    await api.http
      .patch(`${P}/infra?enforce_revision_check=true`)
      .send(infra(tier1('gw', { display_name: 'Fresh', _revision: 2 })))
      .expect(200);
  });

  it('deletes a branch, unless something outside refers to it', async () => {
    const refused = await api.http
      .patch(`${P}/infra`)
      .send(infra(gone(tier1('gw'))))
      .expect(400);
    expect(refused.body.error_message).toContain('/infra/segments/web');
    await api.http
      .patch(`${P}/infra`)
      .send(infra(gone(tier1('gw')), gone(segment('web'))))
      .expect(200);
    await api.http.get(`${P}/infra/tier-1s/gw/segments/own`).expect(404);
    await api.http.get(`${P}/infra/segments/web`).expect(404);
  });

  it('may be sent twice', async () => {
    await api.http
      .patch(`${P}/infra`)
      .send(infra(gone(tier1('gw'))))
      .expect(200);
  });

  it('takes booleans and numbers in quotes, also the mark of what is to go', async () => {
    const rule = { resource_type: 'Rule', id: 'r', action: 'ALLOW', sequence_number: '10', logged: 'true', marked_for_delete: 'false' };
    const policy = { resource_type: 'ChildSecurityPolicy', marked_for_delete: 'false', SecurityPolicy: { id: 'quoted', rules: [rule] } };
    await api.http
      .patch(`${P}/infra`)
      .send(infra(reference('Domain', 'default', policy)))
      .expect(200);
    const path = `${P}/infra/domains/default/security-policies/quoted`;
    expect((await api.http.get(`${path}/rules/r`)).body).toMatchObject({ sequence_number: 10, logged: true });
    await api.http.patch(`${path}/rules/r`).send({ action: 'ALLOW', logged: 'maybe' }).expect(400);
    await api.http
      .patch(`${P}/infra`)
      .send(infra(reference('Domain', 'default', { ...policy, marked_for_delete: 'true' })))
      .expect(200);
    await api.http.get(path).expect(404);
  });

  it('writes nothing when any part is wrong, and says where', async () => {
    const sequence = api.reader.sequence();
    const answer = await api.http
      .patch(`${P}/infra`)
      .send(infra(tier1('fine'), segment('bad', { admin_state: 'SIDEWAYS' })))
      .expect(400);
    expect(answer.body.error_message).toContain('children[1].Segment.admin_state');
    await api.http
      .patch(`${P}/infra`)
      .send(infra(tier1('fine'), segment('bad', { connectivity_path: '/infra/tier-1s/none' })))
      .expect(400);
    await api.http.get(`${P}/infra/tier-1s/fine`).expect(404);
    expect(api.reader.sequence()).toBe(sequence);
  });

  it('writes settings that have one fixed place, and does not delete them', async () => {
    const settings = {
      resource_type: 'ChildDfwFirewallConfiguration',
      DfwFirewallConfiguration: { resource_type: 'DfwFirewallConfiguration', idfw_enabled: true },
    };
    await api.http.patch(`${P}/infra`).send(infra(settings)).expect(200);
    expect((await api.http.get(`${P}/infra/settings/firewall/security`)).body).toMatchObject({ id: 'security', idfw_enabled: true });
    const answer = await api.http
      .patch(`${P}/infra`)
      .send(infra(gone(settings)))
      .expect(400);
    expect(answer.body.error_data).toEqual({ path: '/infra/settings/firewall/security', field: 'children[0].DfwFirewallConfiguration' });
  });

  it('changes only the fields that are named, also in children, when asked for that', async () => {
    await api.http
      .patch(`${P}/infra`)
      .send(infra(tier1('part', { display_name: 'Part', description: 'Stays.' })))
      .expect(200);
    await api.http
      .patch(`${P}/infra`)
      .set('nsx-enable-partial-patch', 'true')
      .send(infra(tier1('part', { display_name: 'Changed' })))
      .expect(200);
    expect((await api.http.get(`${P}/infra/tier-1s/part`)).body).toMatchObject({ display_name: 'Changed', description: 'Stays.' });
    await api.http.delete(`${P}/infra/tier-1s/part`).expect(200);
  });

  it.each([
    ['an unknown wrapper', infra({ resource_type: 'ChildNonsense', Nonsense: { id: 'x' } }), 'children[0].resource_type'],
    ['a child where it does not belong', infra({ resource_type: 'ChildRule', Rule: { id: 'x' } }), 'children[0].resource_type'],
    ['a wrapper without its object', infra({ resource_type: 'ChildTier1' }), 'children[0].Tier1'],
    ['an object without an id', infra({ resource_type: 'ChildTier1', Tier1: {} }), 'children[0].Tier1.id'],
    ['children that are no list', { resource_type: 'Infra', children: {} }, 'children'],
    ['a reference to a type that hangs elsewhere', infra(reference('Rule', 'x')), 'children[0].target_type'],
    ['a body that is no object', [], 'body'],
  ])('refuses %s', async (_name, body, field) => {
    const answer = await api.http.patch(`${P}/infra`).send(body).expect(400);
    expect(JSON.stringify(answer.body)).toContain(field);
  });

  it('refuses a body that is nested without end', async () => {
    const deep = `{"resource_type":"Infra","children":${'['.repeat(5000)}${']'.repeat(5000)}}`;
    await api.http.patch(`${P}/infra`).set('content-type', 'application/json').send(deep).expect(400);
  });
});

describe('the rules of a policy', () => {
  const path = `${P}/infra/domains/default/security-policies/p`;
  const rule = (id: string, sequence: number, fields: object = {}) => ({
    id,
    resource_type: 'Rule',
    sequence_number: sequence,
    action: 'ALLOW',
    source_groups: ['ANY'],
    destination_groups: ['ANY'],
    services: ['ANY'],
    scope: ['ANY'],
    ...fields,
  });
  const ids = (body: { rules: { id: string }[] }) => body.rules.map(({ id }) => id);

  it('are written inside it and read back in order', async () => {
    await api.http
      .put(path)
      .send({ category: 'Application', rules: [rule('b', 20), rule('a', 30), rule('c', 10)] })
      .expect(200);
    const { body } = await api.http.get(path);
    expect(ids(body)).toEqual(['c', 'b', 'a']);
    expect(body.rules[0]).toMatchObject({ source_groups: ['ANY'], path: '/infra/domains/default/security-policies/p/rules/c', _revision: 0 });
  });

  it('are merged by id in a PATCH, and replaced by a PUT', async () => {
    await api.http
      .patch(path)
      .send({ category: 'Application', rules: [rule('d', 5), rule('b', 40)] })
      .expect(200);
    expect(ids((await api.http.get(path)).body)).toEqual(['d', 'c', 'a', 'b']);
    const { body } = await api.http.get(path);
    await api.http
      .put(path)
      .send({ ...body, rules: body.rules.slice(0, 2) })
      .expect(200);
    expect(ids((await api.http.get(path)).body)).toEqual(['d', 'c']);
  });

  it('have paths of their own', async () => {
    await api.http.patch(`${path}/rules/e`).send(rule('e', 1)).expect(200);
    await api.http.delete(`${path}/rules/d`).expect(200);
    expect(ids((await api.http.get(path)).body)).toEqual(['e', 'c']);
    expect((await api.http.get(`${path}/rules`)).body.result_count).toBe(2);
  });

  it('move to where revise says', async () => {
    const { body } = await api.http.get(`${path}/rules/c`);
    await api.http
      .post(`${path}/rules/c?action=revise&operation=insert_before&anchor_path=/infra/domains/default/security-policies/p/rules/e`)
      .send(body)
      .expect(200);
    expect(ids((await api.http.get(path)).body)).toEqual(['c', 'e']);
    const refused = await api.http.post(`${path}/rules/c?action=revise&operation=insert_after&anchor_path=/infra/nowhere`).send(body);
    expect(refused.status).toBe(412);
  });
});

describe('the hierarchical GET', () => {
  it('answers the types that are asked for, with references on the way to them', async () => {
    await api.http
      .patch(`${P}/infra`)
      .send(infra(tier1('tree', {}, segment('leaf'))))
      .expect(200);
    const { body } = await api.http.get(`${P}/infra?type_filter=Segment`).expect(200);
    const branch = body.children.find(({ id }: { id: string }) => id === 'tree');
    expect(branch).toMatchObject({
      resource_type: 'ChildResourceReference',
      target_type: 'Tier1',
      children: [{ resource_type: 'ChildSegment', Segment: { id: 'leaf' } }],
    });
    const both = await api.http.get(`${P}/infra?filter=Type-Tier1|Seg.*`).expect(200);
    expect(both.body.children.map(({ resource_type: type }: { resource_type: string }) => type)).toEqual(['ChildTier1']);
    await api.http.get(`${P}/infra?filter=(a%2B)%2B`).expect(400);
  });

  it('answers everything for an empty pattern, and whole subtrees for a list of types', async () => {
    const types = async (query: string) => {
      const { text } = await api.http.get(`${P}/infra?${query}`).expect(200);
      return [...new Set([...text.matchAll(/"resource_type":"(Child\w+)"/g)].map(([, type]) => type))].sort();
    };
    expect(await types('filter=Type-')).toEqual(await types('filter=Type-.*'));
    await api.http
      .patch(`${P}/infra`)
      .send(infra(tier1('whole', {}, segment('below'))))
      .expect(200);
    expect(await types('filter=Type-Tier1')).toEqual(['ChildTier1']);
    expect(await types('type_filter=Tier1')).toEqual(expect.arrayContaining(['ChildPolicyNat', 'ChildSegment', 'ChildTier1']));
    expect(await types('type_filter=Tier1')).not.toContain('ChildDomain');
  });

  it('can be sent back as it was answered', async () => {
    const { body } = await api.http.get(`${P}/infra?filter=Type-Tier1|Segment`);
    await api.http.patch(`${P}/infra`).send({ resource_type: 'Infra', children: body.children }).expect(200);
  });

  it('starts where base_path says', async () => {
    const { body } = await api.http.get(`${P}/infra?base_path=/infra/tier-1s/tree&filter=Type-Segment`).expect(200);
    expect(body).toMatchObject({ id: 'tree', children: [{ Segment: { id: 'leaf' } }] });
  });
});

describe('a large body', () => {
  const many = (bad = false) =>
    infra(
      ...Array.from({ length: 3000 }, (_, n) => ({
        resource_type: 'ChildBfdProfile',
        BfdProfile: { resource_type: 'BfdProfile', id: `many-${n}`, description: 'x'.repeat(100), ...(bad && n === 2999 ? { nonsense: 1 } : {}) },
      })),
    );

  it('is refused as a small one is, and writes nothing', async () => {
    const answer = await api.http.patch(`${P}/infra`).send(many(true)).expect(400);
    expect(answer.body.error_message).toContain('children[2999].BfdProfile.nonsense');
    await api.http.get(`${P}/infra/bfd-profiles/many-0`).expect(404);
    await api.http
      .patch(`${P}/infra`)
      .set('content-type', 'application/json')
      .send(`${JSON.stringify(many())}}`)
      .expect(400);
  });

  it('is written as a small one is, while others are answered', async () => {
    let answered = 0;
    const writing = api.http.patch(`${P}/infra`).send(many()).expect(200);
    let done = false;
    const settled = writing.then(() => {
      done = true;
    });
    while (!done) {
      await api.http.get(`${P}/infra`).expect(200);
      answered += 1;
    }
    await settled;
    expect(answered).toBeGreaterThan(2);
    expect((await api.http.get(`${P}/infra/bfd-profiles?page_size=1`)).body.result_count).toBeGreaterThanOrEqual(3000);
  });
});

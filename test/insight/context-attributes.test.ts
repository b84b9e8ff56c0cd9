import { describe, expect, it } from 'vitest';
import { ContextAttributesController } from '../../src/insight/context-attributes.controller.js';
import { P, policyApi } from '../policy/policy-api.js';

const api = policyApi(ContextAttributesController);
const BASE = `${P}/infra/context-profiles`;

async function values(path: string): Promise<string[]> {
  const { body } = await api.http.get(`${BASE}/${path}`).expect(200);
  return body.results.flatMap(({ attributes }: { attributes: { value: string[] }[] }) => attributes.flatMap(({ value }) => value));
}

async function change(action: string, value: string[], status = 200): Promise<void> {
  await api.http.post(`${BASE}/custom-attributes/default?action=${action}`).send({ key: 'DOMAIN_NAME', datatype: 'STRING', value }).expect(status);
}

describe('what context profiles can match', () => {
  it('is known by property', async () => {
    expect(await values('attributes?attribute_key=APP_ID')).toEqual(expect.arrayContaining(['SSL', 'SSH', 'CIFS']));
    const { body } = await api.http.get(`${BASE}/attributes?attribute_key=URL_REPUTATION`);
    expect(body).toMatchObject({ result_count: 1, results: [{ attributes: [{ key: 'URL_REPUTATION', datatype: 'STRING', attribute_source: 'SYSTEM' }] }] });
    await api.http.get(`${BASE}/attributes?attribute_key=SMELL`).expect(400);
  });

  it('is extended and cut back by users', async () => {
    await change('add', ['one.example.org', 'two.example.org']);
    await change('add', ['two.example.org', 'three.example.org']);
    expect(await values('custom-attributes/default')).toEqual(['one.example.org', 'two.example.org', 'three.example.org']);
    expect(await values('attributes?attribute_key=DOMAIN_NAME')).not.toContain('one.example.org');
    expect(await values('attributes?attribute_key=DOMAIN_NAME&attribute_source=ALL')).toContain('one.example.org');
    await change('remove', ['one.example.org', 'two.example.org', 'three.example.org', 'never.example.org']);
    expect((await api.http.get(`${BASE}/custom-attributes/default?attribute_source=CUSTOM`)).body).toMatchObject({ results: [], result_count: 0 });
  });

  it('loses nothing when several users add at once', async () => {
    const added = ['a', 'b', 'c', 'd', 'e'].map((name) => `${name}.example.org`);
    await Promise.all(added.map((name) => change('add', [name])));
    expect((await values('custom-attributes/default')).sort()).toEqual(added);
  });

  it('takes domain names and URLs only, and is no object of the tree', async () => {
    await change('double', ['one.example.org'], 400);
    const body = { key: 'APP_ID', datatype: 'STRING', value: ['MINE'] };
    await api.http.post(`${BASE}/custom-attributes/default?action=add`).send(body).expect(400);
    await api.http.get(`${BASE}/custom-attributes/DOMAIN_NAME`).expect(404);
    const child = { resource_type: 'ChildPolicyCustomAttributes', PolicyCustomAttributes: { id: 'DOMAIN_NAME', key: 'DOMAIN_NAME', value: [] } };
    await api.http
      .patch(`${P}/infra`)
      .send({ resource_type: 'Infra', children: [child] })
      .expect(400);
  });
});

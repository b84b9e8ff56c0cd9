import { beforeEach, describe, expect, it } from 'vitest';
import { MemoryIntent } from '../model/memory-intent.js';

const PROXY = '/infra/metadata-proxies/p';
const CLUSTER = '/infra/sites/s/enforcement-points/e/edge-clusters/c';
const proxy = (more: object = {}) => ({ server_address: 'http://192.0.2.1:8775', edge_cluster_path: CLUSTER, ...more });
const POINT = '/infra/sites/s/enforcement-points/e';
const connection = (more: object = {}) => ({ resource_type: 'CvxConnectionInfo', enforcement_point_address: '192.0.2.1', ...more });

let intent: MemoryIntent;
beforeEach(() => {
  intent = new MemoryIntent();
  intent.patch('/infra', { description: 'root' });
  intent.patch('/infra/sites/s', {});
});

describe('a secret', () => {
  it('is kept apart from the object', () => {
    const stored = intent.patch(POINT, { connection_info: connection({ password: 'hush' }) });
    expect(JSON.stringify(stored)).not.toContain('hush');
    expect(intent.secret(POINT, 'connection_info.password')).toBe('hush');
  });

  it('stays when a body leaves it out, because nobody can send back what is never answered', () => {
    intent.patch(POINT, { connection_info: connection({ password: 'hush' }) });
    intent.patch(POINT, { connection_info: connection({ username: 'ada' }) });
    expect(intent.secret(POINT, 'connection_info.password')).toBe('hush');
  });

  it.each([
    ['an empty one', () => intent.patch(POINT, { connection_info: connection({ password: '' }) })],
    ['null', () => intent.patch(POINT, { connection_info: connection({ password: null }) })],
    ['null in a partial change', () => intent.change(POINT, { connection_info: { password: null } })],
  ])('is deleted by %s', (_name, write) => {
    intent.patch(POINT, { connection_info: connection({ password: 'hush' }) });
    write();
    expect(intent.secret(POINT, 'connection_info.password')).toBeUndefined();
  });

  it('is checked like any field, also in a partial change', () => {
    const refusal = (password: unknown) => intent.refusal(() => intent.patch(POINT, { connection_info: connection({ password }) }));
    expect(refusal(12345)).toMatchObject({ status: 400, field: 'connection_info.password' });
    expect(refusal({ of: 'course' })).toMatchObject({ status: 400, field: 'connection_info.password' });
    intent.patch(POINT, { connection_info: connection() });
    expect(intent.refusal(() => intent.change(POINT, { connection_info: { password: 5 } }))).toMatchObject({ field: 'connection_info.password' });
  });

  it('that is required must be there, and need not be sent again', () => {
    intent.patch(POINT, { connection_info: connection() });
    intent.patch(CLUSTER, {});
    expect(intent.refusal(() => intent.patch(PROXY, proxy()))).toMatchObject({ status: 400, field: 'secret' });
    intent.patch(PROXY, proxy({ secret: 'first' }));
    intent.put(PROXY, proxy({ display_name: 'Proxy' }));
    intent.change(PROXY, { description: 'Changed.' });
    expect(intent.read(PROXY)).toMatchObject({ display_name: 'Proxy', description: 'Changed.' });
    expect(intent.secret(PROXY, 'secret')).toBe('first');
    expect(intent.refusal(() => intent.patch(PROXY, proxy({ secret: '' })))).toMatchObject({ status: 400, field: 'secret' });
    expect(intent.secret(PROXY, 'secret')).toBe('first');
  });

  it('goes with the structure that it belongs to', () => {
    intent.patch('/infra/sites/t', {
      site_connection_info: [
        { fqdn: 'a.example', password: 'one' },
        { fqdn: 'b.example', password: 'two' },
      ],
    });
    intent.patch('/infra/sites/t', { site_connection_info: [{ fqdn: 'a.example' }] });
    expect(intent.secret('/infra/sites/t', 'site_connection_info[0].password')).toBe('one');
    expect(intent.secret('/infra/sites/t', 'site_connection_info[1].password')).toBeUndefined();
  });
});

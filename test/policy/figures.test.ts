import { describe, expect, it } from 'vitest';
import { P, policyApi } from './policy-api.js';

const INFRA = `${P}/infra`;

const api = policyApi();

const read = async (path: string) => (await api.http.get(`${INFRA}${path}`).expect(200)).body;
const write = (path: string, body: object) => api.http.patch(`${INFRA}${path}`).send(body).expect(200);

describe('figures of an object', () => {
  it('say how much of a pool is in use, and who waits', async () => {
    await write('/ip-pools/pool', {});
    expect((await read('/ip-pools/pool')).pool_usage).toEqual({ total_ips: 0, available_ips: 0, requested_ip_allocations: 0, allocated_ip_allocations: 0 });
    const range = { start: '10.0.0.10', end: '10.0.0.11' };
    await write('/ip-pools/pool/ip-subnets/s', { resource_type: 'IpAddressPoolStaticSubnet', cidr: '10.0.0.0/24', allocation_ranges: [range] });
    for (const id of ['a', 'b', 'c']) await write(`/ip-pools/pool/ip-allocations/${id}`, {});
    const full = { total_ips: 2, available_ips: 0, requested_ip_allocations: 3, allocated_ip_allocations: 2 };
    expect((await read('/ip-pools/pool')).pool_usage).toEqual(full);
    expect((await read('/ip-pools')).results.find(({ id }: { id: string }) => id === 'pool').pool_usage).toEqual(full);
    await api.http.delete(`${INFRA}/ip-pools/pool/ip-allocations/a`).expect(200);
    expect((await read('/ip-pools/pool')).pool_usage).toEqual({ ...full, requested_ip_allocations: 2 });
  });

  it('say how much was cut out of a block', async () => {
    await write('/ip-blocks/block', { cidr: '10.1.0.0/24' });
    expect(await read('/ip-blocks/block')).toMatchObject({ total_size: '256', used_size: '0', usage_percentage: 0 });
    await write('/ip-pools/cut', {});
    await write('/ip-pools/cut/ip-subnets/s', { resource_type: 'IpAddressPoolBlockSubnet', ip_block_path: '/infra/ip-blocks/block', size: 32 });
    expect(await read('/ip-blocks/block')).toMatchObject({ total_size: '256', used_size: '32', usage_percentage: 12.5 });
  });

  it.each(['security-policies', 'gateway-policies'])('count the rules of %s', async (collection) => {
    const rule = { action: 'ALLOW', source_groups: ['ANY'], destination_groups: ['ANY'], services: ['ANY'], scope: ['ANY'] };
    const path = `/domains/default/${collection}/counted`;
    const scope = collection === 'gateway-policies' ? ['/infra/tier-1s/counted'] : ['ANY'];
    await write('/tier-1s/counted', {});
    const rules = ['r1', 'r2'].map((id) => ({ ...rule, id, scope }));
    await write(path, { rules });
    expect(await read(path)).toMatchObject({ rule_count: 2, rules: [{ id: 'r1' }, { id: 'r2' }] });
    await api.http.delete(`${INFRA}${path}/rules/r1`).expect(200);
    expect((await read(path)).rule_count).toBe(1);
  });

  it('are not stored: what a client sends back of them is ignored, and changes nothing', async () => {
    const pool = await read('/ip-pools/pool');
    await api.http
      .put(`${INFRA}/ip-pools/pool`)
      .send({ ...pool, pool_usage: { total_ips: 99 } })
      .expect(200);
    expect((await read('/ip-pools/pool')).pool_usage).toEqual(pool.pool_usage);
  });
});

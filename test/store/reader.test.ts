import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { policyObject } from './apply-steps.js';
import { ScratchWriter } from './scratch-writer.js';

let writer: ScratchWriter;
const names = ['delta', 'Alpha', 'charlie', 'bravo', 'echo'];
beforeAll(async () => {
  writer = await ScratchWriter.open();
  for (const [at, name] of names.entries()) {
    const tags = [{ scope: 'order', tag: String(at % 2) }];
    writer.apply({ put: policyObject(`/infra/segments/${name.toLowerCase()}-id`, { display_name: name, tags, ...(at > 0 ? { vni: 10 * (9 - at) } : {}) }) });
  }
  writer.apply(
    { put: policyObject('/infra/services/alpha-id', { resource_type: 'Service', display_name: 'alpha service' }) },
    { put: policyObject('/infra/segments/delta-id/ports/p', { resource_type: 'SegmentPort' }) },
    { put: policyObject('/infra/pools/p1', { resource_type: 'IpPool' }) },
    { put: policyObject('/infra/pools/p2', { resource_type: 'BlockPool' }) },
  );
});
afterAll(() => writer.remove());

function list(types: string[], page: { offset?: number; size?: number; sortBy?: string; ascending?: boolean } = {}): string[] {
  const { bodies } = writer.reader.list('/infra', types, { offset: 0, size: 1000, ascending: true, ...page });
  return bodies.map((body) => JSON.parse(body).display_name);
}

describe('a listing', () => {
  it('is in order of creation, page by page, with the total of all', () => {
    expect(list(['Segment'])).toEqual(names);
    expect(list(['Segment'], { offset: 2, size: 2 })).toEqual(['charlie', 'bravo']);
    expect(writer.reader.list('/infra', ['Segment'], { offset: 4, size: 3, ascending: true })).toMatchObject({
      total: 5,
      bodies: [expect.stringContaining('echo')],
    });
    expect(writer.reader.list('/infra', ['Segment'], { offset: 9, size: 3, ascending: true })).toEqual({ total: 5, bodies: [] });
    expect(list(['Segment'], { ascending: false, size: 2 })).toEqual(['echo', 'bravo']);
  });

  it('holds objects of several types where they share a collection', () => {
    expect(list(['IpPool', 'BlockPool'])).toEqual(['p1', 'p2']);
    expect(list(['Tier0'])).toEqual([]);
  });

  it('sorts by any field, numbers as numbers, and objects without it first', () => {
    expect(list(['Segment'], { sortBy: 'vni' })).toEqual(['delta', 'echo', 'bravo', 'charlie', 'Alpha']);
    expect(list(['Segment'], { sortBy: 'display_name', ascending: false })).toEqual(['echo', 'delta', 'charlie', 'bravo', 'Alpha']);
    expect(list(['Segment'], { sortBy: 'no"such.field' })).toEqual(names);
  });
});

it('counts tags by scope and value', () => {
  expect(writer.reader.tagCounts()).toEqual([
    { scope: 'order', tag: '0', objects: 3 },
    { scope: 'order', tag: '1', objects: 2 },
  ]);
});

it('reads a moment as a whole inside a snapshot, whatever is written meanwhile', () => {
  const { reader } = writer;
  const before = reader.sequence();
  reader.snapshot(() => {
    expect(reader.sequence()).toBe(before);
    writer.apply({ put: policyObject('/infra/late/one', { resource_type: 'Late' }) });
    expect([...reader.objects()]).toHaveLength(9);
    expect(reader.exists('/infra/late/one')).toBe(false);
  });
  expect(reader.sequence()).toBe(before + 1);
  expect(reader.ofType('Late')).toHaveLength(1);
});

it('cannot write', () => {
  expect(() =>
    writer.reader.snapshot(() => (writer.reader as unknown as { handle: { exec(sql: string): void } }).handle.exec('DELETE FROM policy_object')),
  ).toThrow(/readonly/);
});

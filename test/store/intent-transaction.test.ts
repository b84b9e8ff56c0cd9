import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Reference } from '../../src/policy/ports.js';
import { policyObject } from './apply-steps.js';
import { ScratchWriter, stepsJob } from './scratch-writer.js';

let writer: ScratchWriter;
beforeEach(async () => {
  writer = await ScratchWriter.open();
});
afterEach(() => writer.remove());

const SEGMENT = '/infra/segments/a';

function reference(source: string, field: string, target: string, hard = true): Reference {
  return { source, field, target, hard };
}

describe('what a transaction records', () => {
  it('is one change for an object, from first to last, however often it was written', () => {
    writer.apply({ put: policyObject(SEGMENT) });
    writer.apply({ put: policyObject(SEGMENT, { _revision: 1 }) }, { put: policyObject(SEGMENT, { _revision: 2, description: 'last' }) });
    const [change] = writer.commits[1]?.changes ?? [];
    expect(writer.commits[1]?.changes).toHaveLength(1);
    expect(change).toMatchObject({ path: SEGMENT, operation: 'UPDATE', revision: 2 });
    expect(writer.reader.get(SEGMENT)).toMatchObject({ description: 'last' });
  });

  it('is nothing for what was made and deleted within it', () => {
    writer.apply({ put: policyObject(SEGMENT) }, { delete: SEGMENT });
    expect(writer.reader.exists(SEGMENT)).toBe(false);
    expect(writer.reader.history.changeSet(1)).toMatchObject({ changes: 0, details: [] });
  });

  it('is an update for what was deleted and made again within it', () => {
    writer.apply({ put: policyObject(SEGMENT, { tags: [{ scope: 's', tag: 'old' }] }) });
    writer.apply({ delete: SEGMENT }, { put: policyObject(SEGMENT, { tags: [{ scope: 's', tag: 'new' }] }) });
    expect(writer.commits[1]?.changes).toMatchObject([{ operation: 'UPDATE' }]);
    expect(writer.reader.tagCounts()).toEqual([{ scope: 's', tag: 'new', objects: 1 }]);
  });

  it('is nothing at all when it fails: neither rows nor memory keep a trace', () => {
    writer.apply({ put: policyObject(SEGMENT, { description: 'first' }) });
    const [failed] = writer.runTogether([
      ['intent', stepsJob({ put: policyObject(SEGMENT, { description: 'lost' }) }, { put: policyObject('/infra/segments/b') }, { refuse: 'no' })],
    ]);
    expect(failed).toBeInstanceOf(Error);
    expect(writer.ask('get', SEGMENT)).toMatchObject({ description: 'first' });
    expect(writer.ask('get', '/infra/segments/b')).toBeNull();
    expect(writer.apply({ put: policyObject('/infra/segments/b') }).sequence).toBe(4);
  });
});

describe('references', () => {
  const [PORT, ZONE, SITE] = ['/infra/segments/a/ports/p', '/infra/sites/default/zones/z', '/infra/sites/default'];

  it('are found by their target, by anything below it, and follow what their source says now', () => {
    writer.apply(
      { put: policyObject(SEGMENT), references: [reference(SEGMENT, 'zone_path', ZONE), reference(SEGMENT, 'paths[0]', PORT, false)] },
      { put: policyObject(PORT), references: [reference(PORT, 'segment', SEGMENT)] },
      { put: policyObject('/infra/sites/default2'), references: [reference('/infra/sites/default2', 'twin', ZONE)] },
    );
    expect(writer.ask('referencesTo', ZONE)).toEqual([reference(SEGMENT, 'zone_path', ZONE), reference('/infra/sites/default2', 'twin', ZONE)]);
    expect(writer.ask('referencesInto', SITE)).toEqual([reference(SEGMENT, 'zone_path', ZONE), reference('/infra/sites/default2', 'twin', ZONE)]);
    expect(writer.ask('referencesInto', SEGMENT)).toEqual([]);
    writer.apply({ put: policyObject(SEGMENT, { _revision: 1 }), references: [reference(SEGMENT, 'zone_path', PORT)] });
    expect(writer.ask('referencesTo', PORT)).toEqual([reference(SEGMENT, 'zone_path', PORT)]);
    writer.apply({ delete: '/infra/sites/default2' });
    expect(writer.ask('referencesTo', ZONE)).toEqual([]);
    expect(writer.reader.referencesTo(SEGMENT)).toEqual([reference(PORT, 'segment', SEGMENT)]);
  });
});

it('walks what is below an object, parents first, and nothing beside it', () => {
  const paths = ['/infra/a/x', '/infra/a/x/b/y', '/infra/a/x/b/y/c/z', '/infra/a/x-2', '/infra/a/x/b-2/w'];
  writer.apply(...paths.map((path) => ({ put: policyObject(path) })));
  expect(writer.ask('descendants', '/infra/a/x')).toEqual(['/infra/a/x/b-2/w', '/infra/a/x/b/y', '/infra/a/x/b/y/c/z']);
  expect(writer.reader.subtree('/infra/a/x').map(({ path }) => path)).toEqual(['/infra/a/x', '/infra/a/x/b-2/w', '/infra/a/x/b/y', '/infra/a/x/b/y/c/z']);
  expect((writer.ask('children', '/infra/a/x') as { path: string }[]).map(({ path }) => path)).toEqual(['/infra/a/x/b-2/w', '/infra/a/x/b/y']);
});

it('gives up claims, secrets and tags with their object', () => {
  const put = { put: policyObject(SEGMENT, { tags: [{ tag: 'alone' }] }) };
  writer.apply(put, { claim: 'subnets', owner: SEGMENT, low: 1n, high: 2n }, { secret: SEGMENT, field: 'key', value: 'psk' });
  expect(writer.ask('secretFields', SEGMENT)).toEqual(['key']);
  writer.apply({ delete: SEGMENT });
  expect(writer.reader.claims(SEGMENT)).toEqual([]);
  expect(writer.reader.tagCounts()).toEqual([]);
  expect(writer.ask('secretFields', SEGMENT)).toEqual([]);
  expect(writer.commits.at(-1)).toMatchObject({ secrets: [{ path: SEGMENT, field: 'key', version: undefined }], claims: [{ space: 'subnets', gone: true }] });
});

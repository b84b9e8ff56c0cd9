import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Narrowing } from '../../src/search/search.js';
import { type IntentSearchSource, openSearchSource } from '../../src/store/search-source.js';
import { policyObject } from './apply-steps.js';
import { ScratchStore } from './scratch-store.js';

let store: ScratchStore;
let source: IntentSearchSource;

beforeAll(async () => {
  store = await ScratchStore.open();
  await store.apply(
    { put: policyObject('/infra/segments/a', { display_name: 'Web front', tags: [{ scope: 'tier', tag: 'web' }] }) },
    { put: policyObject('/infra/segments/b', { display_name: 'Web back' }) },
    { put: policyObject('/infra/tier-1s/a', { resource_type: 'Tier1', display_name: 'Web gateway', tags: [{ tag: 'Web' }] }) },
  );
  await store.apply({ put: policyObject('/infra/segments/b', { display_name: 'Database' }) });
  source = openSearchSource(store.directory.database, ['Segment', 'Tier1']);
});
afterAll(async () => {
  source.close();
  await store.remove();
});

describe('stored intent as a source of search results', () => {
  it.each<[string, Narrowing, string[]]>([
    ['nothing', {}, ['/infra/segments/a', '/infra/segments/b', '/infra/tier-1s/a']],
    ['a type in any case', { type: 'segment' }, ['/infra/segments/a', '/infra/segments/b']],
    ['a type that nothing has', { type: 'Nothing' }, []],
    ['an id', { id: 'a' }, ['/infra/segments/a', '/infra/tier-1s/a']],
    ['a path', { path: '/infra/segments/b' }, ['/infra/segments/b']],
    ['a parent', { parentPath: '/infra', type: 'Tier1' }, ['/infra/tier-1s/a']],
    ['the beginning of a name in any case', { namePrefix: 'web' }, ['/infra/segments/a', '/infra/tier-1s/a']],
    ['a tag in any case', { tag: 'WEB' }, ['/infra/segments/a', '/infra/tier-1s/a']],
  ])('is narrowed by %s', (_name, narrowing, paths) => {
    expect([...source.candidates(narrowing)].map((body) => JSON.parse(body).path)).toEqual(paths);
  });

  it('answers objects as they are now', () => {
    expect([...source.candidates({ namePrefix: 'data' })]).toEqual([store.reader.body('/infra/segments/b')]);
  });
});

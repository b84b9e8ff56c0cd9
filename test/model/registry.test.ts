import { describe, expect, it } from 'vitest';
import { PolicyConfigResource } from '../../src/model/policy-object.js';
import { Registry } from '../../src/model/registry.js';
import { Resource } from '../../src/model/resource.js';

@Resource({ doc: 'A root.', at: [{ root: 'world' }] })
class World extends PolicyConfigResource {}

@Resource({ doc: 'A town.', at: [{ parent: World, collection: 'towns' }] })
class Town extends PolicyConfigResource {}

@Resource({ doc: 'A village.', at: [{ parent: World, collection: 'villages' }] })
class Village extends PolicyConfigResource {}

@Resource({
  doc: 'A street.',
  at: [
    { parent: Town, collection: 'streets' },
    { parent: Village, collection: 'streets' },
  ],
})
class Street extends PolicyConfigResource {}

@Resource({ doc: 'A tram line.', at: [{ parent: Street, collection: 'tram/lines', within: Town }] })
class TramLine extends PolicyConfigResource {}

@Resource({ doc: 'Lights of a street.', at: [{ parent: Street, singleton: 'settings/lights' }] })
class StreetLights extends PolicyConfigResource {}

@Resource({ doc: 'A bridge.', at: [{ parent: Town, collection: 'streets/bridges' }] })
class Bridge extends PolicyConfigResource {}

const registry = new Registry([World, Town, Village, Street, TramLine, StreetLights, Bridge]);

describe('the tree of types', () => {
  it('hangs a type under every place of its parent, or only within one type', () => {
    expect(registry.get('Street').places.map((place) => place.template)).toEqual([
      '/world/towns/{town-id}/streets/{street-id}',
      '/world/villages/{village-id}/streets/{street-id}',
    ]);
    expect(registry.get('TramLine').places.map((place) => place.template)).toEqual(['/world/towns/{town-id}/streets/{street-id}/tram/lines/{tram-line-id}']);
  });

  it('takes apart paths whose collections and singletons are several segments long', () => {
    const line = registry.locate('/world/towns/a/streets/b/tram/lines/c');
    expect(line).toMatchObject({ id: 'c', parentPath: '/world/towns/a/streets/b', ids: ['a', 'b', 'c'], path: '/world/towns/a/streets/b/tram/lines/c' });
    expect(registry.locateCollection('/world/towns/a/streets/b/tram/lines')).toMatchObject({ parentPath: '/world/towns/a/streets/b' });
    const lights = registry.locate('/world/villages/v/streets/b/settings/lights');
    expect(lights).toMatchObject({ id: 'lights', parentPath: '/world/villages/v/streets/b' });
    expect(registry.locate('/world/villages/v/streets/b/settings')).toBeUndefined();
    expect(registry.locate('/world/villages/v/streets/b/tram/lines/c')).toBeUndefined();
  });

  it('prefers the longer collection where one is the beginning of another', () => {
    expect(registry.locateCollection('/world/towns/a/streets/bridges')?.place.definition.name).toBe('Bridge');
    expect(registry.locate('/world/towns/a/streets/bridges/x')?.place.definition.name).toBe('Bridge');
    expect(registry.locate('/world/towns/a/streets/other')?.place.definition.name).toBe('Street');
  });

  it('finds nothing at paths that no type hangs at', () => {
    for (const path of ['', '/', '/world/', '/world/towns/', '/elsewhere', 'world/towns/a', '/world/towns//streets/b', '/world/towns/a/b']) {
      expect(registry.locate(path), path).toBeUndefined();
    }
  });
});

import { describe, expect, it } from 'vitest';
import { treeFilter } from '../../src/policy/tree-filter.js';

const TYPES = ['Domain', 'Group', 'SecurityPolicy', 'GatewayPolicy', 'Tier0', 'Tier1'];
const wanted = (query: Record<string, string>): string[] => TYPES.filter((type) => treeFilter(query)?.wanted(type));

describe('the filter of a hierarchical GET', () => {
  it('is not there when nothing asks for a tree', () => {
    expect(treeFilter({})).toBeUndefined();
    expect(treeFilter({ cursor: '1' })).toBeUndefined();
  });

  it.each([
    ['Type-Domain', ['Domain']],
    ['Type-Domain|Group', ['Domain', 'Group']],
    ['Type-Domain|Type-Group', ['Domain', 'Group']],
    ['Type-(Domain|Group)', ['Domain', 'Group']],
    ['Type-.*Policy', ['SecurityPolicy', 'GatewayPolicy']],
    ['Type-Tier.*', ['Tier0', 'Tier1']],
    ['Type-S.*Pol.*y', ['SecurityPolicy']],
    ['Type-.*', TYPES],
    ['Type-Dom', []],
    ['Type-domain', []],
  ])('%s', (filter, types) => {
    expect(wanted({ filter })).toEqual(types);
  });

  it('takes a list of types, and both together narrow', () => {
    expect(wanted({ type_filter: 'Domain; Tier1' })).toEqual(['Domain', 'Tier1']);
    expect(wanted({ type_filter: 'Domain;Tier1', filter: 'Type-Tier.*' })).toEqual(['Tier1']);
  });

  it('starts at the root unless told otherwise', () => {
    expect(treeFilter({ type_filter: 'Domain' })?.basePath).toBe('/infra');
    expect(treeFilter({ base_path: '/infra/domains/default' })?.basePath).toBe('/infra/domains/default');
    expect(wanted({ base_path: '/infra/domains/default' })).toEqual(TYPES);
  });

  it.each(['Domain', 'Type-(a+)+', 'Type-[A-Z]', 'Type-Domain Group'])('refuses %s, and says what it takes', (filter) => {
    expect(() => treeFilter({ filter })).toThrow('Parameter filter must be Type- and names of types');
  });

  it('answers patterns made to be slow at once', () => {
    const filter = `Type-${'a.*'.repeat(500)}b`;
    expect(treeFilter({ filter })?.wanted('a'.repeat(5000))).toBe(false);
  });
});

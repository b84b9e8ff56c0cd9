import { expect, it } from 'vitest';
import { differences } from '../../src/audit/difference.js';

it('names each field that differs, with what was and what is', () => {
  const before = { display_name: 'web', subnets: [{ gateway_address: '10.0.0.1/24' }], tags: [{ tag: 'a' }, { tag: 'b' }], vlan: null };
  const after = { display_name: 'web', subnets: [{ gateway_address: '10.0.1.1/24', dhcp: true }], tags: [{ tag: 'a' }], vlan: { id: 1 } };
  expect(differences(before, after)).toEqual([
    { field: 'subnets[0].gateway_address', before: '10.0.0.1/24', after: '10.0.1.1/24' },
    { field: 'subnets[0].dhcp', after: true },
    { field: 'tags[1]', before: { tag: 'b' } },
    { field: 'vlan', before: null, after: { id: 1 } },
  ]);
});

it('leaves out what changes with every write', () => {
  expect(
    differences({ _revision: 1, _last_modified_time: 1, _last_modified_user: 'a' }, { _revision: 2, _last_modified_time: 2, _last_modified_user: 'b' }),
  ).toEqual([]);
});

it('shows the whole object when it was created or deleted', () => {
  expect(differences(undefined, { id: 'a' })).toEqual([{ field: '', after: { id: 'a' } }]);
  expect(differences({ id: 'a' }, undefined)).toEqual([{ field: '', before: { id: 'a' } }]);
});

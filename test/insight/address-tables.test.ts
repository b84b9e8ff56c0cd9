import { expect, it } from 'vitest';
import type { Said } from '../../src/agents/node-answer.js';
import type { KnownAddresses } from '../../src/agents/session.pb.js';
import { arpTable, macTable, portMacTable, requireAnswers } from '../../src/insight/address-tables.js';

const [A, B, C] = ['02:00:00:00:00:0a', '02:00:00:00:00:0b', '02:00:00:00:00:0c'] as const;
const SEGMENT = '/infra/segments/web';
const h1: Said<KnownAddresses> = {
  node: 'h1',
  value: {
    macs: [
      { port: 'p2', mac: B, learned: false },
      { port: 'p1', mac: A, learned: true },
    ],
    resolutions: [
      { ip: '10.0.0.10', mac: A },
      { ip: '10.0.0.9', mac: B },
    ],
  },
};
const h2: Said<KnownAddresses> = {
  node: 'h2',
  value: {
    macs: [{ port: 'p3', mac: C, learned: false }],
    resolutions: [
      { ip: '10.0.0.9', mac: B },
      { ip: 'fd00::1', mac: C },
    ],
  },
};
const silent: Said<KnownAddresses> = { node: 'h3', error: 'it is not connected' };
const asked = { at: 4, said: [h1, h2, silent] };
const page = (offset: number, size: number) => ({ offset, size, ascending: true });

it('says of each MAC address on which node it is', () => {
  const table = macTable(asked, (node) => (node === 'h1' ? '198.18.0.1' : undefined), page(0, 10));
  expect(table).toEqual({
    last_update_timestamp: 4,
    result_count: 3,
    results: [{ mac_address: A, vtep_ip: '198.18.0.1' }, { mac_address: B, vtep_ip: '198.18.0.1' }, { mac_address: C }],
  });
});

it('comes in pages', () => {
  expect(macTable(asked, () => undefined, page(0, 2))).toMatchObject({ result_count: 3, cursor: '2', results: [{ mac_address: A }, { mac_address: B }] });
  expect(macTable(asked, () => undefined, page(2, 2))).not.toHaveProperty('cursor');
});

it('tells at a port what was seen from what was told', () => {
  expect(portMacTable(asked, 'p1', page(0, 10)).results).toEqual([{ mac_address: A, mac_type: 'LEARNED' }]);
  expect(portMacTable(asked, 'p3', page(0, 10)).results).toEqual([{ mac_address: C, mac_type: 'STATIC' }]);
});

it('lists what all nodes resolve, each once and in order of the addresses', () => {
  expect(arpTable(SEGMENT, asked, page(0, 10)).results.map(({ ip, mac_address: mac }) => [ip, mac])).toEqual([
    ['10.0.0.9', B],
    ['10.0.0.10', A],
    ['fd00::1', C],
  ]);
});

it('is no empty table where no node answers', () => {
  expect(() => requireAnswers(SEGMENT, { at: 4, said: [silent] })).toThrow('No node of the segment answers: it is not connected.');
  expect(() => requireAnswers(SEGMENT, asked)).not.toThrow();
});

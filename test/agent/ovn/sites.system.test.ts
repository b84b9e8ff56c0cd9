import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { OvsdbReplica } from '../../../src/agent/ovn/ovsdb-replica.js';
import type { Site } from '../../../src/agent/ovn/site.js';
import { Sites } from '../../../src/agent/ovn/sites.js';
import {
  DnsForwarder,
  Layer7Balancer,
  LayerSevenRule,
  LayerSevenRule_Action,
  LayerSevenRule_Condition,
  ResourceKind,
} from '../../../src/realization/resources.pb.js';

/** Real programs on loopback addresses. Namespaces are played: what is to run in one runs here, and one of them cannot be made. */
const folder = mkdtempSync(join(tmpdir(), 'heddle-sites-'));
const IP = `#!/bin/sh
case "$*" in
  *unmade*) echo 'no space left' >&2; exit 1 ;;
  'netns exec '*haproxy* | 'netns exec '*dnsmasq*) shift 3; exec "$@" ;;
  *) echo '[{"addr_info": [], "flags": ["UP"]}]' ;;
esac
`;
const path = process.env.PATH;
const openVSwitch = (): OvsdbReplica => ({ rows: () => new Map(), transact: async () => [] }) as never;
const sites = new Sites({ folder: join(folder, 'sites'), openVSwitch, secret: () => Promise.reject(new Error('no secrets')) });

beforeAll(() => {
  writeFileSync(join(folder, 'ip'), IP);
  chmodSync(join(folder, 'ip'), 0o755);
  process.env.PATH = `${folder}:${path}`;
});
afterAll(async () => {
  await sites.apply([], true);
  process.env.PATH = path;
  rmSync(folder, { recursive: true, force: true });
});

function blank<T>(kind: { decode(bytes: Uint8Array): T }): T {
  return kind.decode(new Uint8Array());
}

const site = (router: string, more: Partial<Site>): Site => ({
  router,
  attachment: `test-${router}`,
  mac: '0e:00:00:00:00:01',
  balancers: new Map(),
  watches: [],
  forwarders: new Map(),
  addresses: [],
  legs: [],
  addressSets: () => [],
  ...more,
});
const refusing = (port: number, value: string): Layer7Balancer => {
  const condition = { ...blank(LayerSevenRule_Condition), type: 'LBHttpRequestUriCondition', match: 'REGEX', value };
  const action = { ...blank(LayerSevenRule_Action), type: 'LBHttpRejectAction', status: 403 };
  const rule = { ...blank(LayerSevenRule), phase: 'HTTP_FORWARDING', conditions: [condition], actions: [action] };
  return { ...blank(Layer7Balancer), address: '127.77.2.1', ports: [String(port)], rules: [rule] };
};
const statusAt = (port: number): Promise<number | undefined> =>
  fetch(`http://127.77.2.1:${port}/x`).then(
    ({ status }) => status,
    () => undefined,
  );
const forwarder = { ...blank(DnsForwarder), listener: '127.77.2.2', cacheKilobytes: 64, zones: [{ domains: [], servers: ['127.77.2.3'], source: '' }] };
const balancers = (entries: Record<string, Layer7Balancer>): Partial<Site> => ({ balancers: new Map(Object.entries(entries)) });

it('brings every site and program whatever becomes of the others, and says who is to blame', { timeout: 30_000 }, async () => {
  expect(await sites.apply([site('a', balancers({ good: refusing(18090, '/x') }))], true)).toEqual([]);
  const problems = await sites.apply(
    [
      site('a', {
        ...balancers({ good: refusing(18090, '/x'), bad: refusing(18091, '(') }),
        forwarders: new Map([
          ['elsewhere', { ...forwarder, listener: '203.0.113.1' }],
          ['names', forwarder],
        ]),
      }),
      site('unmade', balancers({ lost: refusing(18092, '/x') })),
      site('b', balancers({ other: refusing(18093, '/x') })),
    ],
    true,
  );
  expect(problems).toEqual([
    { site: 'a', suspects: [{ kind: ResourceKind.DNS_FORWARDER, key: 'elsewhere' }], reason: expect.stringContaining('dnsmasq refuses') },
    { site: 'a', suspects: [{ kind: ResourceKind.LAYER7_BALANCER, key: 'bad' }], reason: expect.stringContaining('HAProxy refuses') },
    { site: 'unmade', suspects: [{ kind: ResourceKind.LAYER7_BALANCER, key: 'lost' }], reason: expect.stringContaining('no space left') },
  ]);
  expect([await statusAt(18090), await statusAt(18093)]).toEqual([403, 403]);
  expect((await sites.forwarderCounters([site('a', { forwarders: new Map([['names', forwarder]]) })], { forwarder: 'names', stateOnly: true }))?.running).toBe(
    true,
  );
});

import { expect, it } from 'vitest';
import { type RuleFlow, ruleFlows, type SwitchFlow, switchFlows } from '../../../src/agent/ovn/rule-flows.js';
import { RuleTally } from '../../../src/agent/ovn/rule-tally.js';

const POLICY = '/infra/domains/default/security-policies/shop';
const [PING, REST] = [`${POLICY}/rules/ping`, `${POLICY}/rules/rest`];

const list = (name: string, action: string, owner = `14 ${POLICY}`) => ({
  action,
  external_ids: new Map([
    ['heddle-row', name],
    ['heddle-resource', owner],
  ]),
});

const NORTHBOUND = new Map([
  ['9811adac-77ef-4f37-9bf5-27a0b124814c', list(`${PING} dfw to-lport`, 'allow-related')],
  ['fd64447b-59ed-4e2d-8b38-28aae05d5bd8', list(`${REST} dfw to-lport`, 'drop')],
  ['11111111-59ed-4e2d-8b38-28aae05d5bd8', list('/infra/tier-1s/t1#inside to-lport', 'allow-related', '8 /infra/tier-1s/t1')],
]);

const logical = (uuid: string, hint: string, actions: string) => ({
  _uuid: ['uuid', `${uuid}-626b-43df-9a3b-48e7b43dba3b`],
  external_ids: ['map', [['source', 'northd.c:6445'], ['stage-name', 'ls_out_acl'], ...(hint ? [['stage-hint', hint]] : [])]],
  actions,
  pipeline: 'egress',
  table_id: 4,
});

const LOGICAL = [
  logical('54cceb33', '9811adac', 'reg0[1] = 1; next;'),
  logical('0c796e57', '9811adac', 'next;'),
  logical('3580320b', 'fd64447b', '/* drop */'),
  logical('22222222', '11111111', 'reg0[1] = 1; next;'),
  logical('33333333', '', 'next;'),
];

/** As Open vSwitch 3.1 writes them. */
const flow = (cookie: string, packets: number, match = 'reg15=0x13,metadata=0x10001,nw_src=10.1.1.11') =>
  ` cookie=0x${cookie}, duration=69.086s, table=46, n_packets=${packets}, n_bytes=${packets * 98}, idle_age=69, priority=33766,icmp,${match} actions=resubmit(,47)`;

const parse = (...lines: readonly string[]): SwitchFlow[] => [...switchFlows(['NXST_FLOW reply (xid=0x4):', ...lines].join('\n'))];

const known = (): Map<string, RuleFlow> => ruleFlows({ rows: (table) => (table === 'ACL' ? NORTHBOUND : new Map()) }, LOGICAL);
const RULES = new Set([PING, REST]);

it('knows the flows of rules, and which of them decide', () => {
  const flows = known();
  expect([...flows.keys()].sort()).toEqual(['0c796e57', '3580320b', '54cceb33']);
  expect(flows.get('54cceb33')).toEqual({ rule: PING, decides: true, pipeline: 'egress', table: 4 });
  expect(flows.get('0c796e57')).toMatchObject({ rule: PING, decides: false });
  expect(flows.get('3580320b')).toMatchObject({ rule: REST, decides: true });
});

it('reads what the switch says, also of cookies that begin with a zero', () => {
  expect(parse(flow('c796e57', 2), flow('54cceb33', 0))).toEqual([
    { cookie: '0c796e57', table: 46, packets: 2, bytes: 196, match: 'priority=33766,icmp,reg15=0x13,metadata=0x10001,nw_src=10.1.1.11' },
  ]);
  expect([...switchFlows(flow('54cceb33', 0), true)]).toHaveLength(1);
});

it('adds up the flows of a rule, and counts a connection as one hit', () => {
  const tally = new RuleTally();
  const other = 'reg15=0x10,metadata=0x10000,nw_src=10.1.1.12';
  expect(tally.take(parse(flow('54cceb33', 1), flow('54cceb33', 1, other), flow('c796e57', 2), flow('3580320b', 3)), known(), RULES)).toBe(true);
  expect(tally.counters()).toEqual([
    { rule: PING, packets: 4, bytes: 4 * 98, hits: 2 },
    { rule: REST, packets: 3, bytes: 3 * 98, hits: 3 },
  ]);
  expect(tally.take(parse(flow('54cceb33', 1), flow('54cceb33', 1, other), flow('c796e57', 2), flow('3580320b', 3)), known(), RULES)).toBe(false);
});

it('never goes back when flows are written anew or go', () => {
  const tally = new RuleTally();
  tally.take(parse(flow('3580320b', 5)), known(), RULES);
  tally.take(parse(flow('3580320b', 2)), known(), RULES);
  expect(tally.counters()).toMatchObject([{ packets: 7, bytes: 7 * 98, hits: 7 }]);
  expect(tally.take([], known(), RULES)).toBe(false);
  expect(tally.counters()).toMatchObject([{ packets: 7 }]);
  tally.take(parse(flow('3580320b', 1)), known(), RULES);
  expect(tally.counters()).toMatchObject([{ packets: 8 }]);
});

it('forgets a rule that is gone', () => {
  const tally = new RuleTally();
  tally.take(parse(flow('3580320b', 5), flow('54cceb33', 1)), known(), RULES);
  tally.take(parse(flow('54cceb33', 1)), known(), new Set([PING]));
  expect(tally.counters().map(({ rule }) => rule)).toEqual([PING]);
});

import { expect, it } from 'vitest';
import type { GroupExpression } from '../../src/model/security/expressions.js';
import { RealizationGraph } from '../../src/realization/graph.js';
import { addressElements, compileSelector, type ItemType, satisfies, type Traits } from '../../src/realization/groups/selector.js';
import { Changes, host, intent, OVERLAY, report, vif, vm, zone } from './network.js';

const condition = (value: string, fields: object = {}) =>
  ({ resource_type: 'Condition', member_type: 'VirtualMachine', key: 'Tag', operator: 'EQUALS', value, ...fields }) as unknown as GroupExpression;
const AND = { resource_type: 'ConjunctionOperator', conjunction_operator: 'AND' } as unknown as GroupExpression;
const OR = { resource_type: 'ConjunctionOperator', conjunction_operator: 'OR' } as unknown as GroupExpression;

/** Whether one object is selected, given what belongs to it. */
function selects(expression: GroupExpression[], of: Partial<Record<ItemType, Partial<Traits>>>): boolean {
  const view = (type: ItemType) => (of[type] ? { id: 'x', name: 'x', tags: [], ...of[type] } : undefined);
  return compileSelector(expression).terms.some((term) => satisfies(term, view));
}

const tagged = (scope: string, tag: string) => ({ VirtualMachine: { tags: [{ scope, tag }] } });

it.each([
  ['EQUALS', 'tier|web', tagged('tier', 'web'), true],
  ['EQUALS', 'tier|web', tagged('tier', 'webs'), false],
  ['EQUALS', 'tier|web', tagged('other', 'web'), false],
  ['EQUALS', '|web', tagged('other', 'web'), true],
  ['EQUALS', 'web', tagged('other', 'web'), true],
  ['EQUALS', 'tier|', tagged('tier', 'anything'), true],
  ['CONTAINS', 'tier|eb', tagged('tier', 'web'), true],
  ['STARTSWITH', 'tier|we', tagged('tier', 'web'), true],
  ['STARTSWITH', 'tier|eb', tagged('tier', 'web'), false],
  ['ENDSWITH', 'tier|eb', tagged('tier', 'web'), true],
  ['NOTEQUALS', 'tier|web', tagged('tier', 'db'), true],
  ['NOTEQUALS', 'tier|web', tagged('tier', 'web'), false],
  ['NOTEQUALS', 'tier|web', { VirtualMachine: {} }, true],
  ['IN', 'tier|web,db', tagged('tier', 'db'), true],
  ['IN', 'tier|web, db', tagged('tier', 'db'), true],
  ['NOTIN', 'tier|web,db', tagged('tier', 'db'), false],
  ['MATCHES', 'tier|w*b', tagged('tier', 'web'), true],
  ['MATCHES', 'tier|w*x*b', tagged('tier', 'web'), false],
])('a tag condition %s %s', (operator, value, of, expected) => {
  expect(selects([condition(value, { operator })], of)).toBe(expected);
});

it.each([
  ['Name', 'VirtualMachine', { VirtualMachine: { name: 'v' } }],
  ['ComputerName', 'VirtualMachine', { VirtualMachine: { computerName: 'v' } }],
  ['OSName', 'VirtualMachine', { VirtualMachine: { osName: 'v' } }],
  ['Name', 'LogicalSwitch', { Segment: { name: 'v' } }],
  ['Name', 'LogicalPort', { SegmentPort: { name: 'v' } }],
])('conditions look at %s of a %s', (key, member_type, of) => {
  expect(selects([condition('v', { key, member_type })], of)).toBe(true);
  expect(selects([condition('w', { key, member_type })], of)).toBe(false);
});

it('binds AND more tightly than OR, and takes brackets as one', () => {
  const both = {
    VirtualMachine: {
      tags: [
        { scope: 'a', tag: '1' },
        { scope: 'b', tag: '2' },
      ],
    },
  };
  const expression = [condition('a|1'), AND, condition('b|2'), OR, condition('c|3')];
  expect(selects(expression, both)).toBe(true);
  expect(selects(expression, tagged('a', '1'))).toBe(false);
  expect(selects(expression, tagged('c', '3'))).toBe(true);
  const nested = { resource_type: 'NestedExpression', expressions: [condition('a|1'), AND, condition('b|2')] } as unknown as GroupExpression;
  expect(selects([nested], both)).toBe(true);
  expect(selects([nested, AND, condition('c|3')], both)).toBe(false);
});

it('lets conditions on a segment, a port and a machine meet at the port', () => {
  const expression = [condition('s|x', { member_type: 'Segment' }), AND, condition('p|y', { member_type: 'SegmentPort' })];
  const port = { SegmentPort: { tags: [{ scope: 'p', tag: 'y' }] }, Segment: { tags: [{ scope: 's', tag: 'x' }] } };
  expect(compileSelector(expression).terms[0]?.level).toBe('SegmentPort');
  expect(selects(expression, port)).toBe(true);
  expect(selects(expression, { ...port, Segment: {} })).toBe(false);
});

it('leaves out what it cannot evaluate, and says so', () => {
  const pods = compileSelector([condition('a|b', { member_type: 'AntreaEgress' }), OR, condition('a|b')]);
  expect(pods.terms).toHaveLength(1);
  expect(pods.unsupported).toEqual(['conditions on the Tag of a AntreaEgress']);
});

it('writes addresses, ranges and blocks as the elements of address sets', () => {
  expect(addressElements('10.0.0.1')).toEqual(['10.0.0.1']);
  expect(addressElements('10.0.0.0/24')).toEqual(['10.0.0.0/24']);
  expect(addressElements('10.0.0.3-10.0.0.8')).toEqual(['10.0.0.3', '10.0.0.4/30', '10.0.0.8']);
  expect(addressElements('2001:DB8::1')).toEqual(['2001:db8::1']);
});

const group = (id: string, expression: unknown[]) => intent(`/infra/domains/default/groups/${id}`, { expression });
const SEGMENT = '/infra/segments/s';

function network(): { graph: RealizationGraph; changes: Changes } {
  const graph = new RealizationGraph();
  const changes = new Changes();
  graph.load({ sequence: 0, objects: [zone('overlay'), host('h1')], claims: [], reports: [], realized: [] });
  const machine = { machine: 'vm1', addresses: ['10.0.0.7'], mac: '02:00:00:00:00:07' };
  graph.report(report('h1', [vif('a1', machine)], [vm('vm1', { displayName: 'web-1' })]));
  const ports = [
    intent(`${SEGMENT}/ports/p1`, { attachment: { id: 'a1' } }),
    intent(`${SEGMENT}/ports/p2`, { address_bindings: [{ ip_address: '10.0.0.9' }], tags: [{ scope: 'k', tag: 'v' }] }),
  ];
  graph.commit(changes.put([intent(SEGMENT, { transport_zone_path: OVERLAY }), ...ports]));
  return { graph, changes };
}

it('resolves machines, segments and ports to ports and addresses, and follows nesting', () => {
  const { graph, changes } = network();
  const inner = group('inner', [condition('web', { key: 'Name', operator: 'STARTSWITH' })]);
  const outer = group('outer', [
    { resource_type: 'PathExpression', paths: [inner.path, `${SEGMENT}/ports/p2`] },
    OR,
    { resource_type: 'IPAddressExpression', ip_addresses: ['192.0.2.0/24'] },
  ]);
  graph.commit(changes.put([inner, outer, group('all', [{ resource_type: 'PathExpression', paths: [SEGMENT] }])]));
  expect(graph.members(inner.path, 'VirtualMachine')).toEqual(['vm1']);
  expect(graph.members(outer.path, 'VirtualMachine')).toEqual(['vm1']);
  expect(graph.members(outer.path, 'VirtualNetworkInterface')).toEqual(['vif-a1']);
  expect(graph.members(outer.path, 'SegmentPort')).toEqual([`${SEGMENT}/ports/p1`, `${SEGMENT}/ports/p2`]);
  expect(graph.members(outer.path, 'IPAddress')).toEqual(['10.0.0.7', '10.0.0.9', '192.0.2.0/24']);
  expect(graph.members(outer.path, 'MACAddress')).toEqual(['02:00:00:00:00:07']);
  expect(graph.members(outer.path, 'Group')).toEqual([inner.path]);
  expect(graph.members('/infra/domains/default/groups/all', 'Segment')).toEqual([SEGMENT]);
  expect(graph.groupsOf('VirtualMachine', 'vm1')).toEqual(['all', 'inner', 'outer'].map((id) => `/infra/domains/default/groups/${id}`));
  expect(graph.groupsOf('IPAddress', '10.0.0.9')).toEqual(['all', 'outer'].map((id) => `/infra/domains/default/groups/${id}`));
  expect(graph.members('/infra/domains/default/groups/none', 'IPAddress')).toBeUndefined();
});

it('follows the tags that users put on a machine, wherever it runs', () => {
  const { graph, changes } = network();
  const web = group('web', [condition('tier|web')]);
  graph.commit(changes.put([web]));
  expect(graph.members(web.path, 'VirtualMachine')).toEqual([]);
  const tags = intent('/inventory/workloads/vm1', { tags: [{ scope: 'tier', tag: 'web' }] });
  graph.commit(changes.put([tags]));
  expect(graph.members(web.path, 'IPAddress')).toEqual(['10.0.0.7']);
  graph.report(report('h1'));
  expect(graph.members(web.path, 'VirtualMachine')).toEqual([]);
  graph.report(report('h2', [], [vm('vm1')]));
  expect(graph.members(web.path, 'VirtualMachine')).toEqual(['vm1']);
});

it('reports parts of a group that cannot be realized', () => {
  const { graph, changes } = network();
  const odd = group('odd', [condition('x', { member_type: 'TransportNode' })]);
  graph.commit(changes.put([odd]));
  expect(graph.realizedState(odd.path)).toMatchObject({ state: 'ERROR', alarms: [{ code: 'NOT_SUPPORTED' }] });
});

import fc from 'fast-check';
import type { PolicyObject } from '../../src/model/policy-object.js';
import { portKeys, SEGMENT_KEYS } from '../../src/model/spaces.js';
import type { InventoryReport } from '../../src/realization/contract.js';
import { claim, host, intent, OVERLAY, report, vif, vm, zone } from './network.js';

/**
 * A small world in which everything can collide with everything: a few things of each kind, each in all the ways in which it can
 * be stated that make a difference.
 */

export const NODES = ['h1', 'h2', 'h3'];
const SEGMENTS = ['/infra/segments/a', '/infra/segments/b', '/infra/tier-1s/t/segments/c'];
const PORTS = SEGMENTS.flatMap((segment) => [`${segment}/ports/1`, `${segment}/ports/2`]);
const ATTACHMENTS = ['i1', 'i2', 'i3'];
const ZONES = [OVERLAY, `${OVERLAY}-2`];

const tagLists = fc.subarray([{ scope: 's', tag: 'web' }, { scope: 's', tag: 'db' }, { scope: 'other', tag: 'web' }, { tag: 'alone' }]);

const switching: fc.Arbitrary<PolicyObject>[] = [
  ...ZONES.map((path) =>
    fc.record({ is_default: fc.boolean(), tz_type: fc.constantFrom('OVERLAY_STANDARD', 'VLAN_BACKED') }).map((fields) => zone(path.split('/').at(-1)!, fields)),
  ),
  ...NODES.map((id) => fc.subarray(ZONES).map((zones) => host(id, zones))),
  ...SEGMENTS.map((path) =>
    fc
      .record({
        transport_zone_path: fc.constantFrom(undefined, ...ZONES),
        connectivity_path: fc.constantFrom(undefined, '/infra/tier-1s/t', '/infra/tier-1s/u'),
        display_name: fc.constantFrom('x', 'y'),
        tags: tagLists,
        vlan_ids: fc.constantFrom(undefined, ['100'], ['100-200', '7']),
      })
      .map((fields) => intent(path, fields)),
  ),
  ...PORTS.map((path) =>
    fc
      .record({
        attachment: fc.constantFrom(
          undefined,
          ...ATTACHMENTS.map((id) => ({ id })),
          { id: 'child', type: 'CHILD', context_id: 'i1', traffic_tag: 7 },
          { id: 'child', type: 'CHILD', context_id: PORTS[0], traffic_tag: 8 },
        ),
        _create_time: fc.constantFrom(1, 2),
        tags: tagLists,
        admin_state: fc.constantFrom('UP', 'DOWN'),
        address_bindings: fc.constantFrom(undefined, [{ ip_address: '10.0.0.1' }], [{ ip_address: '10.0.0.2', mac_address: '02:00:00:00:00:02' }]),
      })
      .map((fields) => intent(path, fields)),
  ),
];

const DOMAIN = '/infra/domains/default';
/** A group nests only those after it, because cycles are refused when they are written. */
const GROUPS = ['g1', 'g2', 'g3'].map((id) => `${DOMAIN}/groups/${id}`);
const POLICIES = ['p1', 'p2'].map((id) => `${DOMAIN}/security-policies/${id}`);
const RULES = POLICIES.flatMap((policy) => [`${policy}/rules/1`, `${policy}/rules/2`]);
const SERVICES = ['/infra/services/web', '/infra/services/dns'];
const EXCLUDE_LIST = '/infra/settings/firewall/security/exclude-list';

const condition = fc
  .record({
    member_type: fc.constantFrom('VirtualMachine', 'Segment', 'SegmentPort'),
    test: fc.constantFrom(
      { key: 'Tag', operator: 'EQUALS', value: 's|web' },
      { key: 'Tag', operator: 'EQUALS', value: '|web' },
      { key: 'Tag', operator: 'EQUALS', value: 's|' },
      { key: 'Tag', operator: 'EQUALS', value: 's|web', scope_operator: 'NOTEQUALS' },
      { key: 'Tag', operator: 'NOTEQUALS', value: 's|db' },
      { key: 'Tag', operator: 'STARTSWITH', value: 's|we' },
      { key: 'Tag', operator: 'IN', value: 's|web,db' },
      { key: 'Name', operator: 'EQUALS', value: 'x' },
      { key: 'Name', operator: 'CONTAINS', value: '1' },
      { key: 'Name', operator: 'NOTEQUALS', value: '2' },
      { key: 'OSName', operator: 'ENDSWITH', value: 'nux' },
      { key: 'ComputerName', operator: 'EQUALS', value: 'vm-i1' },
    ),
  })
  .map(({ member_type, test }) => ({ resource_type: 'Condition', member_type, ...test }));

const and = { resource_type: 'ConjunctionOperator', conjunction_operator: 'AND' };
const or = { resource_type: 'ConjunctionOperator', conjunction_operator: 'OR' };

const expressions = (nested: readonly string[]) =>
  fc.oneof(
    fc.constant([]),
    condition.map((one) => [one]),
    fc.tuple(condition, fc.constantFrom(and, or), condition).map((parts) => parts),
    fc.tuple(condition, condition, condition).map(([a, b, c]) => [{ resource_type: 'NestedExpression', expressions: [a, and, b] }, or, c]),
    fc.subarray([...nested, SEGMENTS[0]!, PORTS[0]!, PORTS[3]!], { minLength: 1 }).map((paths) => [{ resource_type: 'PathExpression', paths }]),
    fc.constantFrom(['10.0.0.1', '10.0.0.0/30'], ['10.0.0.3-10.0.0.9']).map((ip_addresses) => [{ resource_type: 'IPAddressExpression', ip_addresses }]),
    condition.map((one) => [{ resource_type: 'MACAddressExpression', mac_addresses: ['02-00-00-00-00-AA'] }, or, one]),
    fc
      .subarray(['vm-i1', 'vm-i2'], { minLength: 1 })
      .map((external_ids) => [{ resource_type: 'ExternalIDExpression', member_type: 'VirtualMachine', external_ids }]),
    fc.constant([{ resource_type: 'ExternalIDExpression', member_type: 'VirtualNetworkInterface', external_ids: ['vif-i3'] }]),
  );

const anyOr = (paths: readonly string[]) => fc.oneof(fc.constant(['ANY']), fc.subarray([...paths], { minLength: 1, maxLength: 2 }));

const security: fc.Arbitrary<PolicyObject>[] = [
  ...GROUPS.map((path, index) => expressions(GROUPS.slice(index + 1)).map((expression) => intent(path, { expression }))),
  ...SERVICES.map((path) =>
    fc
      .constantFrom(
        [{ resource_type: 'L4PortSetServiceEntry', l4_protocol: 'TCP', destination_ports: ['80', '8000-8080'] }],
        [{ resource_type: 'ICMPTypeServiceEntry', protocol: 'ICMPv4', icmp_type: 8 }],
        [{ resource_type: 'NestedServiceServiceEntry', nested_service_path: SERVICES[1] }],
      )
      .map((service_entries) => intent(path, { service_entries })),
  ),
  ...POLICIES.map((path) =>
    fc
      .record({
        category: fc.constantFrom('Ethernet', 'Emergency', 'Application'),
        sequence_number: fc.constantFrom(1, 2),
        scope: fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: anyOr(GROUPS) }),
        stateful: fc.boolean(),
        connectivity_preference: fc.constantFrom(undefined, undefined, 'ALLOWLIST'),
      })
      .map((fields) => intent(path, fields)),
  ),
  ...RULES.map((path, index) =>
    fc
      .record({
        sequence_number: fc.constantFrom(1, 2),
        action: fc.constantFrom('ALLOW', 'DROP'),
        direction: fc.constantFrom('IN', 'IN_OUT'),
        source_groups: anyOr([...GROUPS, '10.9.0.0/24']),
        destination_groups: anyOr(GROUPS),
        scope: anyOr([...GROUPS, SEGMENTS[0]!, PORTS[2]!]),
        services: anyOr(SERVICES),
        disabled: fc.constantFrom(false, false, false, true),
      })
      .map((fields) => intent(path, { ...fields, rule_id: index + 1 })),
  ),
  anyOr([...GROUPS, SEGMENTS[1]!, PORTS[1]!]).map((members) =>
    intent(EXCLUDE_LIST, { resource_type: 'PolicyExcludeList', members: members[0] === 'ANY' ? [] : members }),
  ),
  fc.boolean().map((enable_firewall) => intent('/infra/settings/firewall/security', { resource_type: 'DfwFirewallConfiguration', enable_firewall })),
  ...ATTACHMENTS.map((id) => tagLists.map((tags) => intent(`/inventory/workloads/vm-${id}`, { tags }))),
];

/** Everything that can be stated, each thing with the ways in which it can be stated. */
export const statements: readonly fc.Arbitrary<PolicyObject>[] = [...switching, ...security];

export const claims = [
  ...SEGMENTS.map((path, index) => claim(SEGMENT_KEYS.space, path, 70000 + index)),
  ...PORTS.map((path, index) => claim(portKeys(path.replace(/\/ports\/.*/, '')).space, path, 16 + index)),
];

/** What a node can report: interfaces, of which two nodes may have the same one, and the machines that own them. */
export const reports: fc.Arbitrary<InventoryReport>[] = NODES.map((node) =>
  fc
    .tuple(
      fc.uniqueArray(
        fc.record({ id: fc.constantFrom(...ATTACHMENTS, 'child'), since: fc.constantFrom(1, 2), addresses: fc.subarray(['10.0.0.1', '10.0.0.9']) }),
        {
          selector: ({ id }) => id,
          maxLength: 3,
        },
      ),
      fc.uniqueArray(fc.record({ id: fc.constantFrom(...ATTACHMENTS), displayName: fc.constantFrom('x', 'vm1') }), { selector: ({ id }) => id, maxLength: 3 }),
    )
    .map(([interfaces, machines]) =>
      report(
        node,
        interfaces.map(({ id, ...fields }) => vif(id, fields)),
        machines.map(({ id, displayName }) => vm(`vm-${id}`, { displayName })),
      ),
    ),
);

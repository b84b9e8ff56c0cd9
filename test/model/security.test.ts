import { beforeEach, describe, expect, it } from 'vitest';
import { registry } from '../../src/model/types.js';
import { MemoryIntent } from './memory-intent.js';

const GROUPS = '/infra/domains/default/groups';
const SECTIONS = '/infra/domains/default/security-policies';

describe('where security policy lives', () => {
  it.each([
    ['/infra/domains/default/groups/web', 'Group'],
    ['/infra/services/HTTPS', 'Service'],
    ['/infra/context-profiles/AMQP', 'PolicyContextProfile'],
    ['/infra/firewall-schedulers/nights', 'PolicyFirewallScheduler'],
    ['/infra/domains/default/security-policies/app', 'SecurityPolicy'],
    ['/infra/domains/default/security-policies/app/rules/web-to-db', 'Rule'],
    ['/infra/domains/default/gateway-policies/edge', 'GatewayPolicy'],
    ['/infra/domains/default/gateway-policies/edge/rules/in', 'Rule'],
    ['/infra/settings/firewall/security', 'DfwFirewallConfiguration'],
    ['/infra/settings/firewall/security/exclude-list', 'PolicyExcludeList'],
    ['/infra/flood-protection-profiles/calm', 'FloodProtectionProfile'],
    ['/infra/l7-access-profiles/web/entries/first', 'L7AccessEntry'],
  ])('%s is a %s', (path, type) => {
    expect(registry.locate(path)?.place.definition.name).toBe(type);
  });
});

describe('security policy', () => {
  let intent: MemoryIntent;
  const members = (...paths: string[]) => ({ expression: [{ resource_type: 'PathExpression', paths }] });
  const tagged = (value: string) => ({ resource_type: 'Condition', member_type: 'VirtualMachine', key: 'Tag', operator: 'EQUALS', value });
  const and = { resource_type: 'ConjunctionOperator', conjunction_operator: 'AND' };

  beforeEach(() => {
    intent = new MemoryIntent();
    intent.seed([
      { path: '/infra', body: {} },
      { path: '/infra/domains/default', body: {} },
    ]);
  });

  describe('a group', () => {
    it('keeps its expressions as written, in their order', () => {
      const expression = [
        tagged('app|web'),
        { resource_type: 'ConjunctionOperator', conjunction_operator: 'OR' },
        { resource_type: 'IPAddressExpression', ip_addresses: ['10.0.0.0/24', '10.0.1.1-10.0.1.9', '2001:db8::1'] },
      ];
      expect(intent.patch(`${GROUPS}/web`, { expression })).toMatchObject({ expression, reference: false });
    });

    it.each([
      ['two expressions side by side', [tagged('a'), tagged('b')], 'expression[1]'],
      ['a conjunction at the end', [tagged('a'), and], 'expression[1]'],
      ['a conjunction alone', [and], 'expression[0]'],
      [
        'two expressions side by side in brackets',
        [{ resource_type: 'NestedExpression', expressions: [tagged('a'), tagged('b')] }],
        'expression[0].expressions[1]',
      ],
    ])('is refused with %s', (_what, expression, field) => {
      expect(intent.refusal(() => intent.patch(`${GROUPS}/web`, { expression }))).toMatchObject({ status: 400, field });
    });

    it('cannot be a member of itself, and the answer shows the way round', () => {
      intent.patch(`${GROUPS}/a`, {});
      intent.patch(`${GROUPS}/b`, members(`${GROUPS}/a`));
      intent.patch(`${GROUPS}/c`, members(`${GROUPS}/b`));
      const { status, message } = intent.refusal(() => intent.patch(`${GROUPS}/a`, members(`${GROUPS}/c`)));
      expect(status).toBe(400);
      expect(message).toContain(`${GROUPS}/a has ${GROUPS}/c has ${GROUPS}/b has ${GROUPS}/a`);
      expect(intent.read(`${GROUPS}/a`).expression).toBeUndefined();
    });

    it('cannot be a member of itself directly, in brackets, or through an exclusion', () => {
      intent.patch(`${GROUPS}/a`, {});
      const inside = { resource_type: 'PathExpression', paths: [`${GROUPS}/a`] };
      for (const expression of [
        [inside],
        [{ resource_type: 'NestedExpression', expressions: [inside] }],
        [{ ...tagged('x'), exclude: { path_expression: inside } }],
      ]) {
        expect(intent.refusal(() => intent.patch(`${GROUPS}/a`, { expression })).message).toContain('a member of itself');
      }
    });

    it('may be reached on two ways without being a circle', () => {
      intent.patch(`${GROUPS}/leaf`, {});
      intent.patch(`${GROUPS}/left`, members(`${GROUPS}/leaf`));
      intent.patch(`${GROUPS}/right`, members(`${GROUPS}/leaf`));
      expect(intent.patch(`${GROUPS}/top`, members(`${GROUPS}/left`, `${GROUPS}/right`))._revision).toBe(0);
    });

    it('cannot be closed into a circle by one body with several groups', () => {
      const child = (id: string, path: string) => ({ resource_type: 'ChildGroup', Group: { resource_type: 'Group', id, ...members(path) } });
      const body = { resource_type: 'Domain', children: [child('a', `${GROUPS}/b`), child('b', `${GROUPS}/a`)] };
      expect(intent.refusal(() => intent.patch('/infra/domains/default', body)).message).toContain('a member of itself');
    });
  });

  describe('a service', () => {
    it('keeps entries of every kind in their order', () => {
      const service_entries = [
        { id: '1', display_name: '1', resource_type: 'L4PortSetServiceEntry', l4_protocol: 'TCP', destination_ports: ['80', '8000-8080'] },
        { id: '2', display_name: '2', resource_type: 'ICMPTypeServiceEntry', protocol: 'ICMPv4', icmp_type: 8 },
        { id: '3', display_name: '3', resource_type: 'IPProtocolServiceEntry', protocol_number: 47 },
        { id: '4', display_name: '4', resource_type: 'IGMPTypeServiceEntry' },
        { id: '5', display_name: '5', resource_type: 'ALGTypeServiceEntry', alg: 'FTP', destination_ports: ['21'] },
        { id: '6', display_name: '6', resource_type: 'EtherTypeServiceEntry', ether_type: 2054 },
      ];
      expect(intent.patch('/infra/services/all', { service_entries })).toMatchObject({ service_entries, is_default: false });
    });

    it('cannot nest itself', () => {
      const nested = (path: string) => ({ service_entries: [{ resource_type: 'NestedServiceServiceEntry', nested_service_path: path }] });
      intent.patch('/infra/services/a', {});
      intent.patch('/infra/services/b', nested('/infra/services/a'));
      expect(intent.refusal(() => intent.patch('/infra/services/a', nested('/infra/services/b'))).message).toContain('nest itself');
    });
  });

  describe('a policy', () => {
    it('is stateful and strict unless told otherwise, and says that it is no default', () => {
      expect(intent.patch(`${SECTIONS}/app`, { category: 'Application' })).toMatchObject({
        stateful: true,
        tcp_strict: true,
        is_default: false,
        locked: false,
        sequence_number: 0,
      });
      expect(intent.patch(`${SECTIONS}/loose`, { category: 'Application', stateful: false })).toMatchObject({ stateful: false, tcp_strict: false });
      expect(intent.patch(`${SECTIONS}/frames`, { category: 'Ethernet' })).toMatchObject({ stateful: false, tcp_strict: false });
    });

    it('has its place among all policies by category first, then by number', () => {
      const order = (id: string, category: string, sequence_number: number): number =>
        intent.patch(`${SECTIONS}/${id}`, { category, sequence_number }).internal_sequence_number;
      const places = [order('a', 'Emergency', 900), order('b', 'Infrastructure', 5), order('c', 'Application', 1), order('d', 'Application', 2)];
      expect(places).toEqual([...places].sort((a, b) => a - b));
      expect(new Set(places).size).toBe(places.length);
    });

    it('remembers who locked it and when', () => {
      intent.patch(`${SECTIONS}/app`, { category: 'Application' });
      expect(intent.patch(`${SECTIONS}/app`, { category: 'Application', locked: true })).toMatchObject({
        lock_modified_by: 'ada',
        lock_modified_time: 1_700_000_000_000,
      });
    });

    it('is refused in a category that the firewall does not have', () => {
      expect(intent.refusal(() => intent.patch(`${SECTIONS}/app`, { category: 'LocalGatewayRules' }))).toMatchObject({ status: 400, field: 'category' });
    });
  });

  describe('a rule', () => {
    const rule = (id: string, more: Record<string, unknown> = {}) => intent.patch(`${SECTIONS}/app/rules/${id}`, { action: 'ALLOW', ...more });

    beforeEach(() => {
      intent.patch(`${SECTIONS}/app`, { category: 'Application' });
      intent.patch(`${GROUPS}/web`, {});
    });

    it('matches anything where the client leaves lists out', () => {
      expect(rule('r')).toMatchObject({
        source_groups: ['ANY'],
        destination_groups: ['ANY'],
        services: ['ANY'],
        profiles: ['ANY'],
        scope: ['ANY'],
        direction: 'IN_OUT',
        sequence_number: 0,
        is_default: false,
      });
    });

    it('has a number of its own that survives changes and is never reused', () => {
      const first = rule('r').rule_id;
      expect(first).toBeGreaterThan(0);
      expect(rule('s').rule_id).not.toBe(first);
      expect(rule('r', { logged: true }).rule_id).toBe(first);
      intent.remove(`${SECTIONS}/app/rules/r`);
      expect([first, intent.read(`${SECTIONS}/app/rules/s`).rule_id]).not.toContain(rule('r').rule_id);
    });

    it('takes groups, addresses, blocks and ranges as sources', () => {
      const source_groups = [`${GROUPS}/web`, '10.0.0.1', '10.0.0.0/24', '10.0.0.1-10.0.0.9', '2001:db8::/64'];
      expect(rule('r', { source_groups }).source_groups).toEqual(source_groups);
    });

    it.each([
      ['a group that does not exist', { source_groups: [`${GROUPS}/none`] }, 'source_groups[0]'],
      ['a source that is no address', { source_groups: ['10.0.0.300'] }, 'source_groups[0]'],
      ['a group as a service', { services: [`${GROUPS}/web`] }, 'services[0]'],
      ['ANY beside something else', { source_groups: ['ANY', '10.0.0.1'] }, 'source_groups'],
      ['all but ANY', { sources_excluded: true }, 'sources_excluded'],
      ['a jump outside the category Environment', { action: 'JUMP_TO_APPLICATION' }, 'action'],
    ])('is refused with %s', (_what, more, field) => {
      expect(intent.refusal(() => rule('r', more))).toMatchObject({ status: 400, field });
    });

    it('is refused without an action: what was forgotten must not let traffic through', () => {
      expect(intent.refusal(() => intent.patch(`${SECTIONS}/app/rules/r`, {}))).toMatchObject({ status: 400, field: 'action' });
    });

    it('keeps a group that it uses from being deleted', () => {
      rule('r', { destination_groups: [`${GROUPS}/web`] });
      expect(intent.refusal(() => intent.remove(`${GROUPS}/web`))).toMatchObject({ status: 400, code: 500030 });
    });

    it('of a gateway must say where it is enforced', () => {
      const policy = '/infra/domains/default/gateway-policies/edge';
      intent.patch(policy, { category: 'LocalGatewayRules' });
      intent.patch('/infra/tier-1s/gw', {});
      expect(intent.refusal(() => intent.patch(`${policy}/rules/r`, { action: 'ALLOW' }))).toMatchObject({ status: 400, field: 'scope' });
      expect(intent.patch(`${policy}/rules/r`, { action: 'ALLOW', scope: ['/infra/tier-1s/gw'] }).rule_id).toBeGreaterThan(0);
    });
  });

  it('knows of a context profile whether its application opens further connections', () => {
    const attributes = (value: string) => ({ attributes: [{ key: 'APP_ID', datatype: 'STRING', value: [value] }] });
    expect(intent.patch('/infra/context-profiles/ftp', attributes('FTP')).attributes).toMatchObject([{ isALGType: true, attribute_source: 'SYSTEM' }]);
    expect(intent.patch('/infra/context-profiles/ssl', attributes('SSL')).attributes).toMatchObject([{ isALGType: false }]);
  });

  it.each([
    ['a date that is none', { start_date: '2025-02-21' }, 'start_date'],
    ['an end before the start', { end_date: '01/01/2024' }, 'end_date'],
    ['an interval that ends before it begins', { time_interval: [{ start_interval: '17:00', end_interval: '08:30' }] }, 'time_interval[0]'],
  ])('refuses a schedule with %s', (_what, more, field) => {
    const body = { start_date: '02/21/2025', end_date: '12/31/2025', timezone: 'UTC', ...more };
    expect(intent.refusal(() => intent.patch('/infra/firewall-schedulers/s', body))).toMatchObject({ status: 400, field });
  });
});

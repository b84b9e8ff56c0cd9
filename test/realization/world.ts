import fc from 'fast-check';
import type { PolicyObject } from '../../src/model/policy-object.js';
import {
  GATEWAY_BLOCKS,
  INTERFACE_NUMBERS,
  leasedAddresses,
  leaseQueue,
  portKeys,
  routerPortKeys,
  SEGMENT_KEYS,
  transitSlices,
} from '../../src/model/spaces.js';
import type { DeadMember, InventoryReport } from '../../src/realization/contract.js';
import { claim, ENFORCEMENT_POINT, edgeReport, host, intent, OVERLAY, report, vif, vm, zone } from './network.js';

/**
 * A small world in which everything can collide with everything: a few things of each kind, each in all the ways in which it can
 * be stated that make a difference.
 */

export const NODES = ['h1', 'h2', 'h3', 'e1', 'e2'];
const HOSTS = ['h1', 'h2', 'h3'];
const CLUSTER = `${ENFORCEMENT_POINT}/edge-clusters/c`;
const EDGES = ['e1', 'e2'].map((id) => `${CLUSTER}/edge-nodes/${id}`);
const TIER0S = ['/infra/tier-0s/z', '/infra/tier-0s/y'];
const TIER1S = ['/infra/tier-1s/t', '/infra/tier-1s/u'];
const DHCP = '/infra/dhcp-server-configs/d';
const GATEWAYS = [...TIER0S, ...TIER1S];
const SEGMENTS = ['/infra/segments/a', '/infra/segments/b', '/infra/tier-1s/t/segments/c'];
const PORTS = SEGMENTS.flatMap((segment) => [`${segment}/ports/1`, `${segment}/ports/2`]);
const ATTACHMENTS = ['i1', 'i2', 'i3'];
const ZONES = [OVERLAY, `${OVERLAY}-2`];

const tagLists = fc.subarray([{ scope: 's', tag: 'web' }, { scope: 's', tag: 'db' }, { scope: 'other', tag: 'web' }, { tag: 'alone' }]);

const switching: fc.Arbitrary<PolicyObject>[] = [
  ...ZONES.map((path) =>
    fc.record({ is_default: fc.boolean(), tz_type: fc.constantFrom('OVERLAY_STANDARD', 'VLAN_BACKED') }).map((fields) => zone(path.split('/').at(-1)!, fields)),
  ),
  ...HOSTS.map((id) => fc.constantFrom(ZONES, ZONES, [OVERLAY], []).map((zones) => host(id, zones))),
  ...SEGMENTS.map((path) =>
    fc
      .record({
        transport_zone_path: fc.constantFrom(undefined, ...ZONES),
        connectivity_path: path.startsWith(TIER1S[0]!) ? fc.constant(TIER1S[0]) : fc.constantFrom(undefined, TIER0S[0], ...TIER1S),
        dhcp_config_path: fc.constantFrom(undefined, DHCP),
        subnets: fc.constantFrom(
          undefined,
          [{ gateway_address: '10.0.0.1/24' }],
          [{ gateway_address: '10.0.0.1/24', dhcp_ranges: ['10.0.0.100-10.0.0.120'] }, { gateway_address: '2001:db8::1/64' }],
          [{ gateway_address: '2001:db8::1/64', dhcp_ranges: ['2001:db8::100-2001:db8::120'] }],
        ),
        advanced_config: fc.constantFrom(undefined, undefined, { connectivity: 'OFF' }),
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

const INTERFACES = [
  `${TIER0S[0]}/locale-services/l/interfaces/i1`,
  `${TIER0S[0]}/locale-services/l/interfaces/i2`,
  `${TIER1S[0]}/locale-services/l/interfaces/s`,
];
const GATEWAY_RULE = `${DOMAIN}/gateway-policies/p/rules/1`;

const routing: fc.Arbitrary<PolicyObject>[] = [
  fc.constant(intent(CLUSTER, {})),
  ...EDGES.map((path, member_index) => fc.constant(intent(path, { member_index }))),
  ...TIER0S.map((path) =>
    fc
      .record({
        ha_mode: fc.constantFrom('ACTIVE_ACTIVE', 'ACTIVE_STANDBY'),
        transit_subnets: fc.constantFrom(['100.64.0.0/16'], ['100.65.0.0/24', 'fd00:1::/64']),
        disable_firewall: fc.boolean(),
      })
      .map((fields) => intent(path, fields)),
  ),
  ...TIER1S.map((path) =>
    fc
      .record({
        tier0_path: fc.constantFrom(undefined, ...TIER0S),
        route_advertisement_types: fc.subarray(['TIER1_CONNECTED', 'TIER1_NAT', 'TIER1_STATIC_ROUTES']),
        failover_mode: fc.constantFrom('PREEMPTIVE', 'NON_PREEMPTIVE'),
      })
      .map((fields) => intent(path, fields)),
  ),
  ...GATEWAYS.map((path) =>
    fc
      .record({
        edge_cluster_path: fc.constantFrom(undefined, CLUSTER, CLUSTER),
        preferred_edge_paths: fc.constantFrom(undefined, [EDGES[1]]),
        bfd_profile_path: fc.constantFrom(undefined, '/infra/bfd-profiles/slow'),
        route_redistribution_config: fc.constantFrom(undefined, {
          bgp_enabled: true,
          redistribution_rules: [
            { route_redistribution_types: ['TIER1_CONNECTED', 'TIER0_CONNECTED', 'TIER1_NAT', 'TIER1_LB_VIP'], route_map_path: `${TIER0S[0]}/route-maps/rm` },
          ],
        }),
      })
      .map((fields) => intent(`${path}/locale-services/l`, fields)),
  ),
  ...INTERFACES.map((path) =>
    fc
      .record({
        resource_type: fc.constant(path.includes('/tier-0s/') ? 'Tier0Interface' : 'Tier1Interface'),
        type: fc.constantFrom('EXTERNAL', 'LOOPBACK'),
        segment_path: fc.constantFrom(SEGMENTS[0], SEGMENTS[1]),
        edge_path: fc.constantFrom(undefined, ...EDGES),
        subnets: fc.constantFrom([{ ip_addresses: ['192.0.2.1'], prefix_len: 24 }], [{ ip_addresses: ['2001:db8:1::1'], prefix_len: 64 }]),
        admin_state: fc.constantFrom('UP', 'UP', 'DOWN'),
      })
      .map((fields) => intent(path, fields)),
  ),
  ...[TIER0S[0], TIER1S[0]].map((gateway) =>
    fc
      .record({
        network: fc.constantFrom('172.16.0.0/16', '::/0'),
        next_hops: fc.constantFrom(
          [{ ip_address: '192.0.2.9' }],
          [{ ip_address: '10.0.0.9', admin_distance: 3 }],
          [{ scope: [INTERFACES[0]] }],
          [{ scope: [SEGMENTS[0]] }],
          [{ ip_address: '192.0.2.9' }, { ip_address: '10.0.0.9' }],
        ),
      })
      .map((fields) => intent(`${gateway}/static-routes/r`, { resource_type: 'StaticRoutes', ...fields })),
  ),
  ...GATEWAYS.map((gateway) => fc.constant(intent(`${gateway}/nat/USER`, { resource_type: 'PolicyNat' }))),
  ...GATEWAYS.map((gateway) =>
    fc
      .record({
        action: fc.constantFrom('SNAT', 'DNAT'),
        source_network: fc.constantFrom(undefined, '10.0.0.0/24'),
        destination_network: fc.constant('198.51.100.1'),
        translated_network: fc.constantFrom('198.51.100.7', '10.0.0.5'),
        enabled: fc.boolean(),
      })
      .map((fields) => intent(`${gateway}/nat/USER/nat-rules/n`, { resource_type: 'PolicyNatRule', ...fields })),
  ),
  fc.constantFrom('LocalGatewayRules', 'Emergency').map((category) => intent(`${DOMAIN}/gateway-policies/p`, { category })),
  fc
    .record({ scope: fc.subarray([...GATEWAYS, INTERFACES[0]!], { minLength: 1 }), source_groups: anyOr(GROUPS), action: fc.constantFrom('ALLOW', 'DROP') })
    .map((fields) => intent(GATEWAY_RULE, fields)),
];

const BGP = `${TIER0S[0]}/locale-services/l/bgp`;
const SERVER = '/infra/lb-virtual-servers/v';
const POOL = '/infra/lb-pools/p';
const CERTIFICATE = '/infra/certificates/c';
const BFD_PROFILES = ['/infra/bfd-profiles/fast', '/infra/bfd-profiles/slow'];

const services: fc.Arbitrary<PolicyObject>[] = [
  fc
    .record({
      enabled: fc.constantFrom(true, true, false),
      local_as_num: fc.constantFrom('65000', '1.10'),
      graceful_restart_config: fc.constantFrom(undefined, { mode: 'DISABLE', timer: {} }),
    })
    .map((fields) => intent(BGP, { resource_type: 'BgpRoutingConfig', parent_path: `${TIER0S[0]}/locale-services/l`, ...fields })),
  ...['n1', 'n2'].map((id) =>
    fc
      .record({
        neighbor_address: fc.constantFrom('192.0.2.254', '203.0.113.1'),
        source_addresses: fc.constantFrom(undefined, ['192.0.2.1']),
        in_route_filters: fc.constantFrom(undefined, [`${TIER0S[0]}/prefix-lists/pl`], [`${TIER0S[0]}/route-maps/rm`]),
      })
      .map((fields) => intent(`${BGP}/neighbors/${id}`, { resource_type: 'BgpNeighborConfig', parent_path: BGP, remote_as_num: '65001', ...fields })),
  ),
  fc
    .constantFrom('10.0.0.0/8', 'ANY')
    .map((network) => intent(`${TIER0S[0]}/prefix-lists/pl`, { resource_type: 'PrefixList', prefixes: [{ network, le: 24 }] })),
  fc
    .constantFrom('PERMIT', 'DENY')
    .map((action) =>
      intent(`${TIER0S[0]}/route-maps/rm`, { resource_type: 'Tier0RouteMap', entries: [{ action, prefix_list_matches: [`${TIER0S[0]}/prefix-lists/pl`] }] }),
    ),
  fc
    .constantFrom('DhcpServerConfig', 'DhcpRelayConfig')
    .map((resource_type) => intent(DHCP, { resource_type, server_addresses: ['10.0.0.250/24', '10.9.9.9'] })),
  fc
    .record({ ip_address: fc.constantFrom('10.0.0.77', '10.0.0.78', '192.0.2.1'), mac_address: fc.constantFrom('02-00-00-00-00-01', '02:00:00:00:00:77') })
    .map((fields) => intent(`${SEGMENTS[0]}/dhcp-static-binding-configs/b`, { resource_type: 'DhcpV4StaticBindingConfig', ...fields })),
  fc.boolean().map((address_binding_allowlist) => intent('/infra/spoofguard-profiles/s', { resource_type: 'SpoofGuardProfile', address_binding_allowlist })),
  fc.constant(
    intent(`${SEGMENTS[0]}/segment-security-profile-binding-maps/default`, {
      resource_type: 'SegmentSecurityProfileBindingMap',
      spoofguard_profile_path: '/infra/spoofguard-profiles/s',
    }),
  ),
  fc
    .record({ connectivity_path: fc.constantFrom(...TIER1S, TIER0S[0], GROUPS[0]), size: fc.constantFrom('SMALL', 'SMALL', 'DLB') })
    .map((fields) => intent('/infra/lb-services/s', { resource_type: 'LBService', enabled: true, ...fields })),
  fc
    .record({
      application_profile_path: fc.constantFrom('/infra/lb-app-profiles/http', '/infra/lb-app-profiles/tcp'),
      pool_path: fc.constantFrom(undefined, POOL),
      access_list_control: fc.constantFrom(undefined, { enabled: true, action: 'DROP', group_path: GROUPS[2] }),
      rules: fc.constantFrom(
        undefined,
        [{ phase: 'HTTP_FORWARDING', actions: [{ type: 'LBSelectPoolAction', pool_id: POOL }] }],
        [{ phase: 'HTTP_ACCESS', match_conditions: [{ type: 'LBIpHeaderCondition', group_path: GROUPS[1] }], actions: [{ type: 'LBConnectionDropAction' }] }],
      ),
      client_ssl_profile_binding: fc.constantFrom(undefined, { default_certificate_path: CERTIFICATE }),
    })
    .map((fields) =>
      intent(SERVER, {
        resource_type: 'LBVirtualServer',
        lb_service_path: '/infra/lb-services/s',
        ip_address: '198.51.100.80',
        ports: ['80'],
        enabled: true,
        ...fields,
      }),
    ),
  fc
    .constantFrom(
      { members: [{ ip_address: '10.0.0.5', port: '8080', admin_state: 'ENABLED' }] },
      { member_group: { group_path: GROUPS[1], ip_revision_filter: 'IPV4' } },
    )
    .map((fields) => intent(POOL, { resource_type: 'LBPool', algorithm: 'ROUND_ROBIN', active_monitor_paths: ['/infra/lb-monitor-profiles/m'], ...fields })),
  fc.constantFrom('A', 'B').map((pem_encoded) => intent(CERTIFICATE, { resource_type: 'TlsCertificate', pem_encoded })),
  ...BFD_PROFILES.map((path) => fc.constantFrom(500, 1000).map((interval) => intent(path, { resource_type: 'BfdProfile', interval }))),
  fc
    .record({ enabled: fc.boolean(), bfd_profile_path: fc.constantFrom(undefined, ...BFD_PROFILES) })
    .map((fields) =>
      intent(`${TIER0S[0]}/static-routes/bfd-peers/b`, { resource_type: 'StaticRouteBfdPeer', parent_path: TIER0S[0], peer_address: '192.0.2.9', ...fields }),
    ),
  fc.constantFrom(3, 4).map((interval) => intent('/infra/lb-monitor-profiles/m', { resource_type: 'LBTcpMonitorProfile', interval })),
  fc.constant(intent('/infra/lb-app-profiles/http', { resource_type: 'LBHttpProfile' })),
  fc.constant(intent('/infra/lb-app-profiles/tcp', { resource_type: 'LBFastTcpProfile', idle_timeout: 60 })),
  ...[TIER0S[0], TIER1S[1]].map((gateway) =>
    fc.boolean().map((enabled) =>
      intent(`${gateway}/dns-forwarder`, {
        resource_type: 'PolicyDnsForwarder',
        parent_path: gateway,
        listener_ip: '198.51.100.53',
        default_forwarder_zone_path: '/infra/dns-forwarder-zones/z',
        enabled,
      }),
    ),
  ),
  fc
    .constantFrom(['192.0.2.53'], ['192.0.2.54'])
    .map((upstream_servers) => intent('/infra/dns-forwarder-zones/z', { resource_type: 'PolicyDnsForwarderZone', upstream_servers })),
];

/** Everything that can be stated, each thing with the ways in which it can be stated. */
export const statements: readonly fc.Arbitrary<PolicyObject>[] = [...switching, ...security, ...routing, ...services];

export const claims = [
  ...SEGMENTS.map((path, index) => claim(SEGMENT_KEYS.space, path, 70000 + index)),
  ...PORTS.map((path, index) => claim(portKeys(path.replace(/\/ports\/.*/, '')).space, path, 16 + index)),
  ...PORTS.map((path, index) => claim(leasedAddresses(path.replace(/\/ports\/.*/, ''), 4), path, 0x0a000064 + index)),
  claim(leasedAddresses(SEGMENTS[1]!, 6), PORTS[2]!, 0x20010db8000000000000000000000100n),
  ...PORTS.map((path) => claim(leaseQueue(path.replace(/\/ports\/.*/, ''), 4).space, path, 0)),
  ...GATEWAYS.map((path, index) => claim(GATEWAY_BLOCKS.space, path, index)),
  ...GATEWAYS.flatMap((path) => SEGMENTS.map((segment, index) => claim(routerPortKeys(path).space, segment, 40 + index))),
  ...TIER0S.flatMap((tier0) => TIER1S.map((path, index) => claim(transitSlices(tier0).space, path, index))),
  ...INTERFACES.flatMap((path, index) => [
    claim(INTERFACE_NUMBERS.space, path, index),
    claim(routerPortKeys(path.replace(/\/locale-services.*/, '')).space, path, 60 + index),
    ...SEGMENTS.map((segment) => claim(portKeys(segment).space, path, 30 + index)),
  ]),
];

/** Secret fields that can be set and taken away. */
export const secrets = [...['n1', 'n2'].map((id) => ({ path: `${BGP}/neighbors/${id}`, field: 'password' })), { path: CERTIFICATE, field: 'private_key' }];

/** What an edge can report: that it is there. */
export const edgeReports: fc.Arbitrary<InventoryReport>[] = EDGES.map((path) =>
  fc.constantFrom('192.0.2.200', '192.0.2.201').map((address) => ({ ...edgeReport(path), tunnelAddresses: [address] })),
);

const DEAD_MEMBERS: readonly DeadMember[] = ['10.0.0.5', '10.0.0.9'].flatMap((address) =>
  [0, 8080].map((port) => ({ externalId: `${address} ${port}`, balancer: SERVER, pool: POOL, address, port })),
);

/** What a host can report: interfaces, of which two nodes may have the same one, the machines that own them, and members that it found dead. */
export const reports: fc.Arbitrary<InventoryReport>[] = HOSTS.map((node) =>
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
      fc.subarray([...DEAD_MEMBERS]),
    )
    .map(([interfaces, machines, deadMembers]) => ({
      ...report(
        node,
        interfaces.map(({ id, ...fields }) => vif(id, fields)),
        machines.map(({ id, displayName }) => vm(`vm-${id}`, { displayName })),
      ),
      deadMembers,
    })),
);

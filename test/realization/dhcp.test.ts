import { describe, expect, it } from 'vitest';
import type { PolicyObject } from '../../src/model/policy-object.js';
import { leasedAddresses, leaseQueue, portKeys, SEGMENT_KEYS } from '../../src/model/spaces.js';
import type { Commit } from '../../src/policy/ports.js';
import { DHCP_ADDRESSES } from '../../src/realization/contract.js';
import type { DhcpOptions, SwitchPort } from '../../src/realization/resources.pb.js';
import { Fabric } from './fabric.js';
import { claim, host, intent, OVERLAY, report, vif, zone } from './network.js';

const SEGMENT = '/infra/segments/s';
const SERVER = intent('/infra/dhcp-server-configs/d', { resource_type: 'DhcpServerConfig', server_addresses: ['10.0.0.250/24'] });
const RELAY = intent('/infra/dhcp-relay-configs/r', { resource_type: 'DhcpRelayConfig', server_addresses: ['192.0.2.1', '2001:db8::1'] });
const segment = (fields: object) => intent(SEGMENT, { transport_zone_path: OVERLAY, ...fields });

function told(...objects: PolicyObject[]): { options: DhcpOptions[]; port: SwitchPort | undefined } {
  const base = [zone('overlay'), host('h1'), intent(`${SEGMENT}/ports/p`, { attachment: { id: 'a1' }, address_bindings: [{ ip_address: '10.0.1.5' }] })];
  const { graph } = new Fabric(
    [...base, ...objects],
    [claim(SEGMENT_KEYS.space, SEGMENT, 70000), claim(portKeys(SEGMENT).space, `${SEGMENT}/ports/p`, 16)],
    [report('h1', [vif('a1')])],
  );
  const bodies = graph.snapshot('h1').changes.flatMap(({ change }) => (change?.$case === 'put' && change.value.body ? [change.value.body] : []));
  return {
    options: bodies.flatMap((body) => (body.$case === 'dhcpOptions' ? [body.value] : [])),
    port: bodies.flatMap((body) => (body.$case === 'switchPort' ? [body.value] : []))[0],
  };
}

it('answers with what the subnet, its server and its bindings say', () => {
  const binding = intent(`${SEGMENT}/dhcp-static-binding-configs/b`, {
    resource_type: 'DhcpV4StaticBindingConfig',
    mac_address: '02-00-00-00-00-AA',
    ip_address: '10.0.0.77',
    host_name: 'db',
  });
  const { options } = told(
    SERVER,
    binding,
    segment({
      dhcp_config_path: SERVER.path,
      domain_name: 'example.org',
      subnets: [
        {
          gateway_address: '10.0.0.1/24',
          dhcp_ranges: ['10.0.0.100-10.0.0.120'],
          dhcp_config: {
            resource_type: 'SegmentDhcpV4Config',
            dns_servers: ['192.0.2.53'],
            lease_time: 600,
            options: { option121: { static_routes: [{ network: '10.9.0.0/16', next_hop: '10.0.0.9' }] }, others: [{ code: 42, values: ['192.0.2.123'] }] },
          },
        },
      ],
    }),
  );
  expect(options).toMatchObject([
    {
      subnet: '10.0.0.0/24',
      serverAddress: '10.0.0.250',
      serverMac: '02:50:04:01:11:70',
      router: '10.0.0.1',
      leaseSeconds: 600,
      dnsServers: ['192.0.2.53'],
      domainName: 'example.org',
      routes: [{ network: '10.9.0.0/16', nextHop: '10.0.0.9' }],
      others: [{ code: 42, values: ['192.0.2.123'] }],
      bindings: [{ mac: '02:00:00:00:00:aa', hostName: 'db' }],
    },
  ]);
});

it('gives a port the options of the subnet that its address is in', () => {
  const subnets = [
    { gateway_address: '10.0.0.1/24', dhcp_ranges: ['10.0.0.100-10.0.0.120'] },
    { gateway_address: '10.0.1.1/24', dhcp_ranges: ['10.0.1.100-10.0.1.120'] },
  ];
  const { options, port } = told(SERVER, segment({ dhcp_config_path: SERVER.path, subnets }));
  expect(options.map(({ subnet }) => subnet)).toEqual(['10.0.0.0/24', '10.0.1.0/24']);
  expect(port).toMatchObject({ dhcpV4: `${SEGMENT}#dhcp-10.0.1.0/24`, dhcpV6: '' });
});

describe('addresses of a port', () => {
  const PORT = `${SEGMENT}/ports/p`;
  const WEB = '/infra/domains/default/groups/web';
  const RULE = '/infra/domains/default/security-policies/x/rules/1';
  const lease = claim(leasedAddresses(SEGMENT, 4), PORT, 0x0a000064);
  const ranged = (fields: object = {}) =>
    segment({ dhcp_config_path: SERVER.path, subnets: [{ gateway_address: '10.0.0.1/24', dhcp_ranges: ['10.0.0.100'] }], ...fields });
  const binding = (ip_address: string, mac_address = '02-00-00-00-00-01') =>
    intent(`${SEGMENT}/dhcp-static-binding-configs/b`, { resource_type: 'DhcpV4StaticBindingConfig', mac_address, ip_address });

  function world({
    port = {},
    seen = {},
    objects = [ranged()],
    claims = [lease],
  }: {
    port?: object;
    seen?: object;
    objects?: PolicyObject[];
    claims?: Commit['claims'];
  }) {
    const group = intent(WEB, { expression: [{ resource_type: 'PathExpression', paths: [SEGMENT] }] });
    const policy = intent('/infra/domains/default/security-policies/x', { category: 'Application', sequence_number: 1 });
    const rule = intent(RULE, {
      source_groups: [WEB],
      destination_groups: ['ANY'],
      services: ['ANY'],
      scope: ['ANY'],
      action: 'ALLOW',
      rule_id: 1,
      direction: 'IN_OUT',
    });
    const base = [zone('overlay'), host('h1'), SERVER, group, policy, rule, intent(PORT, { attachment: { id: 'a1' }, ...port })];
    const keys = [claim(SEGMENT_KEYS.space, SEGMENT, 70000), claim(portKeys(SEGMENT).space, PORT, 16)];
    const fabric = new Fabric([...base, ...objects], [...keys, ...claims], [report('h1', [vif('a1', seen)])]);
    const addresses = () =>
      fabric.graph
        .snapshot('h1')
        .changes.flatMap(({ change }) => (change?.$case === 'put' && change.value.body?.$case === 'switchPort' ? change.value.body.value.addresses : []));
    return { fabric, graph: fabric.graph, addresses, members: () => fabric.graph.members(WEB, 'IPAddress') };
  }

  it('begin with what is stated, bound and given from ranges, for DHCP offers the first; what was seen comes after', () => {
    const other = claim(leasedAddresses(SEGMENT, 4), PORT, 0x0a0000c8);
    const { addresses, members, graph } = world({ claims: [other], seen: { addresses: ['10.0.0.150', '10.0.0.200'] } });
    expect(addresses()).toEqual([{ mac: '02:00:00:00:00:01', ips: ['10.0.0.200', '10.0.0.150'] }]);
    expect(members()).toEqual(['10.0.0.150', '10.0.0.200']);
    expect(graph.realizedState(PORT)?.entities[0]?.attributes).toContainEqual({ key: DHCP_ADDRESSES, values: ['10.0.0.200'] });
    const bound = world({ objects: [ranged(), binding('10.0.0.77')], port: { address_bindings: [{ ip_address: '10.0.0.99' }] } });
    expect(bound.addresses()).toEqual([{ mac: '02:00:00:00:00:01', ips: ['10.0.0.99', '10.0.0.77'] }]);
    expect(bound.members()).toEqual(['10.0.0.77', '10.0.0.99']);
  });

  it('are told to groups as they are used: one that DHCP would give counts until another of its network is seen', () => {
    const { addresses, members, graph } = world({ seen: { addresses: ['10.0.0.150'] } });
    expect(addresses()[0]?.ips).toEqual(['10.0.0.100', '10.0.0.150']);
    expect(members()).toEqual(['10.0.0.150']);
    expect(graph.realizedState(PORT)?.entities[0]?.attributes.map(({ key }) => key)).not.toContain(DHCP_ADDRESSES);
    expect(world({ seen: { addresses: ['10.9.0.1'] } }).members()).toEqual(['10.0.0.100', '10.9.0.1']);
  });

  it('follow the binding of the MAC address that its node reports', () => {
    const { fabric, addresses, members } = world({});
    expect(addresses()[0]?.ips).toEqual(['10.0.0.100']);
    fabric.commit(binding('10.0.0.77'));
    expect([addresses()[0]?.ips, members()]).toEqual([['10.0.0.77'], ['10.0.0.77']]);
    fabric.commit(binding('10.0.0.77', '02:00:00:00:00:02'));
    expect([addresses()[0]?.ips, members()]).toEqual([['10.0.0.100'], ['10.0.0.100']]);
  });

  it('have none of a range where no server gives it', () => {
    expect(world({ objects: [segment({ subnets: [{ gateway_address: '10.0.0.1/24', dhcp_ranges: ['10.0.0.100'] }] })] }).members()).toEqual([]);
    expect(world({ objects: [RELAY, ranged({ dhcp_config_path: RELAY.path })] }).members()).toEqual([]);
  });

  it('are missed where all of the ranges are in use, and the port is realized all the same', () => {
    const waits = claim(leaseQueue(SEGMENT, 4).space, PORT, 0);
    const stateOf = (options: Parameters<typeof world>[0]) => world(options).graph.realizedState(PORT);
    const alarm = { code: 'ADDRESS_MISSING', reason: expect.stringContaining('all of the ranges in 10.0.0.0/24 are in use. Add to dhcp_ranges') };
    expect(stateOf({ claims: [waits] })?.alarms).toContainEqual(alarm);
    expect(stateOf({ claims: [waits] })?.state).not.toBe('ERROR');
    expect(stateOf({ claims: [waits], seen: { addresses: ['10.0.0.5'] } })?.alarms).not.toContainEqual(alarm);
  });

  it('need a MAC address, stated or reported', () => {
    const alarms = (port: object) => world({ port, seen: { mac: '' } }).graph.realizedState(PORT)?.alarms;
    expect(alarms({})).toContainEqual({ code: 'ADDRESS_MISSING', reason: expect.stringContaining('State it in address_bindings') });
    const stated = world({ port: { address_bindings: [{ mac_address: '02:00:00:00:00:09' }] }, seen: { mac: '' } });
    expect(stated.addresses()).toContainEqual({ mac: '02:00:00:00:00:09', ips: ['10.0.0.100'] });
  });
});

it('answers nothing itself where a relay is named', () => {
  const relayed = segment({ dhcp_config_path: RELAY.path, subnets: [{ gateway_address: '10.0.0.1/24', dhcp_ranges: ['10.0.0.9'] }] });
  expect(told(RELAY, relayed)).toMatchObject({ options: [], port: { dhcpV4: '', dhcpV6: '' } });
});

it('is off for subnets that say nothing of a server, and on segments without one', () => {
  expect(told(SERVER, segment({ dhcp_config_path: SERVER.path, subnets: [{ gateway_address: '10.0.0.1/24' }] })).options).toEqual([]);
  expect(told(segment({ subnets: [{ gateway_address: '10.0.0.1/24', dhcp_ranges: ['10.0.0.9'] }] }))).toMatchObject({ options: [], port: { dhcpV4: '' } });
});

it('ties a port to its addresses where a profile says so, that of the port before that of the segment', () => {
  const profile = (id: string, strict: boolean) =>
    intent(`/infra/spoofguard-profiles/${id}`, { resource_type: 'SpoofGuardProfile', address_binding_allowlist: strict });
  const onSegment = intent(`${SEGMENT}/segment-security-profile-binding-maps/default`, {
    resource_type: 'SegmentSecurityProfileBindingMap',
    spoofguard_profile_path: profile('strict', true).path,
  });
  const onPort = intent(`${SEGMENT}/ports/p/port-security-profile-binding-maps/default`, {
    resource_type: 'PortSecurityProfileBindingMap',
    spoofguard_profile_path: profile('loose', false).path,
  });
  expect(told(segment({})).port?.addressCheck).toBe(false);
  expect(told(segment({}), onSegment, profile('strict', true)).port?.addressCheck).toBe(true);
  expect(told(segment({}), onSegment, onPort, profile('strict', true), profile('loose', false)).port?.addressCheck).toBe(false);
});

it('says that settings take no effect where nobody is named to hand them out, and keeps the state of the segment', () => {
  const subnets = [{ gateway_address: '10.0.0.1/24', dhcp_ranges: ['10.0.0.100-10.0.0.120'] }];
  const stateOf = (fields: object) =>
    new Fabric([zone('overlay'), SERVER, segment(fields)], [claim(SEGMENT_KEYS.space, SEGMENT, 70000)], []).graph.realizedState(SEGMENT);
  expect(stateOf({ subnets })).toMatchObject({
    state: 'REALIZED',
    alarms: [{ code: 'NOT_SUPPORTED', reason: expect.stringContaining('Add dhcp_config_path') }],
  });
  expect(stateOf({ subnets, dhcp_config_path: SERVER.path })).toMatchObject({ state: 'REALIZED', alarms: [] });
});

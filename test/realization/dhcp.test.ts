import { expect, it } from 'vitest';
import type { PolicyObject } from '../../src/model/policy-object.js';
import { portKeys, SEGMENT_KEYS } from '../../src/model/spaces.js';
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
      ranges: ['10.0.0.100-10.0.0.120'],
      routes: [{ network: '10.9.0.0/16', nextHop: '10.0.0.9' }],
      others: [{ code: 42, values: ['192.0.2.123'] }],
      bindings: [{ mac: '02:00:00:00:00:aa', addresses: ['10.0.0.77'], hostName: 'db' }],
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

it('relays to the servers of the family, and answers nothing itself', () => {
  const { options } = told(RELAY, segment({ dhcp_config_path: RELAY.path, subnets: [{ gateway_address: '10.0.0.1/24' }] }));
  expect(options).toMatchObject([{ relayServers: ['192.0.2.1'], serverAddress: '', serverMac: '', ranges: [] }]);
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

import { expect, it } from 'vitest';
import type { PolicyObject } from '../../src/model/policy-object.js';
import { registry } from '../../src/model/types.js';
import { unrealizedIn } from '../../src/model/unrealized.js';
import { UNITS } from '../../src/realization/units/units.js';

const question = unrealizedIn(registry);
const ask = (resource_type: string, fields: object = {}) => question({ resource_type, ...fields } as PolicyObject);

/** Types that have no unit of their own: units of other types read them, or nobody but people does. */
const READ_BY_OTHERS = [
  'BfdProfile',
  'BgpNeighborConfig',
  'CommunityList',
  'DfwFirewallConfiguration',
  'DhcpRelayConfig',
  'DhcpServerConfig',
  'DhcpV4StaticBindingConfig',
  'DhcpV6StaticBindingConfig',
  'DistributedFloodProtectionProfile',
  'Domain',
  'DomainDeploymentMap',
  'EnforcementPoint',
  'GatewayFloodProtectionProfile',
  'GatewayPolicy',
  'GatewayQosProfile',
  'Infra',
  'Inventory',
  'IpAddressBlock',
  'IpAddressPool',
  'IpAddressPoolBlockSubnet',
  'IpAddressPoolStaticSubnet',
  'Ipv6NdraProfile',
  'L7AccessEntry',
  'LBClientSslProfile',
  'LBCookiePersistenceProfile',
  'LBFastTcpProfile',
  'LBFastUdpProfile',
  'LBGenericPersistenceProfile',
  'LBHttpMonitorProfile',
  'LBHttpProfile',
  'LBHttpsMonitorProfile',
  'LBIcmpMonitorProfile',
  'LBPassiveMonitorProfile',
  'LBPool',
  'LBServerSslProfile',
  'LBSourceIpPersistenceProfile',
  'LBTcpMonitorProfile',
  'LBUdpMonitorProfile',
  'LocaleServices',
  'PolicyContextProfile',
  'PolicyCustomAttributes',
  'PolicyDnsForwarderZone',
  'PolicyEdgeCluster',
  'PolicyFirewallScheduler',
  'PolicyFirewallSessionTimerProfile',
  'PolicyNat',
  'PolicyTransportZone',
  'PortDiscoveryProfileBindingMap',
  'PortSecurityProfileBindingMap',
  'PrefixList',
  'QoSProfile',
  'SegmentDiscoveryProfileBindingMap',
  'SegmentSecurityProfileBindingMap',
  'Service',
  'Site',
  'SpoofGuardProfile',
  'StaticRouteBfdPeer',
  'Tier0RouteMap',
  'TlsCertificate',
  'TlsCrl',
  'VniPoolConfig',
  'WorkloadTags',
];

it('goes through every type: a unit realizes it, others read it, or it says that it takes no effect', () => {
  const silent = registry.definitions.filter(({ name, abstract, unrealized }) => !abstract && !(name in UNITS) && !unrealized);
  expect(silent.map(({ name }) => name).sort()).toEqual(READ_BY_OTHERS);
});

it('says why an object of a type that takes no effect takes none, but not of one that asks for none', () => {
  expect(ask('GreTunnel')?.whole).toMatch(/Reach the router through an uplink interface/);
  expect(ask('GreTunnel', { enabled: false })).toBeUndefined();
  expect(ask('EvpnConfig', { mode: 'DISABLE' })).toBeUndefined();
  expect(ask('EvpnConfig', { mode: 'INLINE' })?.whole).toBeDefined();
  expect(ask('OspfRoutingConfig', { enabled: false })).toBeUndefined();
  expect(ask('PolicyUplinkHostSwitchProfile', { _system_owned: true })).toBeUndefined();
  expect(ask('PolicyUplinkHostSwitchProfile')?.whole).toBeDefined();
  expect(ask('NoSuchType')).toBeUndefined();
});

it('names the fields that take no effect, where they are set', () => {
  expect(ask('Segment', { bridge_profiles: [], advanced_config: { local_egress: false } })).toBeUndefined();
  const reasons = ask('Segment', { mac_pool_id: 'm', advanced_config: { address_pool_paths: ['/infra/ip-pools/p'] } });
  expect(reasons?.whole).toBeUndefined();
  expect(reasons?.parts.map((reason) => reason.split(':')[0])).toEqual(['advanced_config.address_pool_paths', 'mac_pool_id']);
});

import { IpAddressAllocation } from './addressing/ip-address-allocation.resource.js';
import { IpAddressBlock } from './addressing/ip-address-block.resource.js';
import { IpAddressPool } from './addressing/ip-address-pool.resource.js';
import { IpAddressPoolBlockSubnet, IpAddressPoolStaticSubnet, IpAddressPoolSubnet } from './addressing/ip-address-pool-subnet.resource.js';
import { LBAppProfile, LBFastTcpProfile, LBFastUdpProfile, LBHttpProfile } from './balancing/lb-app-profile.resource.js';
import { LBClientSslProfile } from './balancing/lb-client-ssl-profile.resource.js';
import {
  LBHttpMonitorProfile,
  LBHttpsMonitorProfile,
  LBIcmpMonitorProfile,
  LBMonitorProfile,
  LBPassiveMonitorProfile,
  LBTcpMonitorProfile,
  LBUdpMonitorProfile,
} from './balancing/lb-monitor-profile.resource.js';
import {
  LBCookiePersistenceProfile,
  LBGenericPersistenceProfile,
  LBPersistenceProfile,
  LBSourceIpPersistenceProfile,
} from './balancing/lb-persistence-profile.resource.js';
import { LBPool } from './balancing/lb-pool.resource.js';
import { LBServerSslProfile } from './balancing/lb-server-ssl-profile.resource.js';
import { LBService } from './balancing/lb-service.resource.js';
import { LBVirtualServer } from './balancing/lb-virtual-server.resource.js';
import { EnforcementPoint } from './fabric/enforcement-point.resource.js';
import { PolicyBaseHostSwitchProfile } from './fabric/host-switch-profile.resource.js';
import { HostTransportNode } from './fabric/host-transport-node.resource.js';
import { L2BridgeEndpointProfile } from './fabric/l2-bridge-endpoint-profile.resource.js';
import { PolicyEdgeCluster } from './fabric/policy-edge-cluster.resource.js';
import { PolicyEdgeNode } from './fabric/policy-edge-node.resource.js';
import { PolicyTransportZone } from './fabric/policy-transport-zone.resource.js';
import { Site } from './fabric/site.resource.js';
import { PolicyUplinkHostSwitchProfile } from './fabric/uplink-host-switch-profile.resource.js';
import { PolicyVtepHAHostSwitchProfile } from './fabric/vtep-ha-host-switch-profile.resource.js';
import { Inventory, WorkloadTags } from './fabric/workload-tags.resource.js';
import type { StructClass } from './field.js';
import { BfdProfile } from './networking/bfd-profile.resource.js';
import { BgpNeighborConfig } from './networking/bgp-neighbor-config.resource.js';
import { BgpRoutingConfig } from './networking/bgp-routing-config.resource.js';
import { CommunityList } from './networking/community-list.resource.js';
import { DhcpRelayConfig } from './networking/dhcp-relay-config.resource.js';
import { DhcpServerConfig } from './networking/dhcp-server-config.resource.js';
import { DhcpStaticBindingConfig } from './networking/dhcp-static-binding-config.resource.js';
import { DhcpV4StaticBindingConfig } from './networking/dhcp-v4-static-binding-config.resource.js';
import { DhcpV6StaticBindingConfig } from './networking/dhcp-v6-static-binding-config.resource.js';
import { EvpnConfig } from './networking/evpn-config.resource.js';
import { EvpnTenantConfig } from './networking/evpn-tenant-config.resource.js';
import { EvpnTunnelEndpointConfig } from './networking/evpn-tunnel-endpoint-config.resource.js';
import { GatewayQosProfile } from './networking/gateway-qos-profile.resource.js';
import { GreTunnel } from './networking/gre-tunnel.resource.js';
import { IPDiscoveryProfile } from './networking/ip-discovery-profile.resource.js';
import { Ipv6DadProfile } from './networking/ipv6-dad-profile.resource.js';
import { Ipv6NdraProfile } from './networking/ipv6-ndra-profile.resource.js';
import { LocaleServices } from './networking/locale-services.resource.js';
import { MacDiscoveryProfile } from './networking/mac-discovery-profile.resource.js';
import { MetadataProxyConfig } from './networking/metadata-proxy-config.resource.js';
import { OspfAreaConfig } from './networking/ospf-area-config.resource.js';
import { OspfRoutingConfig } from './networking/ospf-routing-config.resource.js';
import { PolicyDnsForwarder } from './networking/policy-dns-forwarder.resource.js';
import { PolicyDnsForwarderZone } from './networking/policy-dns-forwarder-zone.resource.js';
import { PolicyInterVrfRoutingConfig } from './networking/policy-inter-vrf-routing-config.resource.js';
import { PolicyNat } from './networking/policy-nat.resource.js';
import { PolicyNatRule } from './networking/policy-nat-rule.resource.js';
import { PortDiscoveryProfileBindingMap } from './networking/port-discovery-profile-binding-map.resource.js';
import { PortQosProfileBindingMap } from './networking/port-qos-profile-binding-map.resource.js';
import { PortSecurityProfileBindingMap } from './networking/port-security-profile-binding-map.resource.js';
import { PrefixList } from './networking/prefix-list.resource.js';
import { QosProfile } from './networking/qos-profile.resource.js';
import { SecurityFeatures } from './networking/security-features.resource.js';
import { Segment } from './networking/segment.resource.js';
import { SegmentDiscoveryProfileBindingMap } from './networking/segment-discovery-profile-binding-map.resource.js';
import { SegmentPort } from './networking/segment-port.resource.js';
import { SegmentQosProfileBindingMap } from './networking/segment-qos-profile-binding-map.resource.js';
import { SegmentSecurityProfile } from './networking/segment-security-profile.resource.js';
import { SegmentSecurityProfileBindingMap } from './networking/segment-security-profile-binding-map.resource.js';
import { SpoofGuardProfile } from './networking/spoof-guard-profile.resource.js';
import { StaticRouteBfdPeer } from './networking/static-route-bfd-peer.resource.js';
import { StaticRoutes } from './networking/static-routes.resource.js';
import { Tier0 } from './networking/tier0.resource.js';
import { Tier0Interface } from './networking/tier0-interface.resource.js';
import { Tier0RouteMap } from './networking/tier0-route-map.resource.js';
import { Tier0SecurityFeatures } from './networking/tier0-security-features.resource.js';
import { Tier1 } from './networking/tier1.resource.js';
import { Tier1Interface } from './networking/tier1-interface.resource.js';
import { Tunnel } from './networking/tunnel.resource.js';
import { VniPoolConfig } from './networking/vni-pool-config.resource.js';
import { Registry } from './registry.js';
import { Domain } from './root/domain.resource.js';
import { DomainDeploymentMap } from './root/domain-deployment-map.resource.js';
import { Infra } from './root/infra.resource.js';
import { PolicyContextProfile } from './security/context-profile.resource.js';
import { PolicyCustomAttributes } from './security/custom-attributes.resource.js';
import { DfwFirewallConfiguration } from './security/dfw-firewall-configuration.resource.js';
import { PolicyExcludeList } from './security/exclude-list.resource.js';
import { PolicyFirewallScheduler } from './security/firewall-scheduler.resource.js';
import { DistributedFloodProtectionProfile, FloodProtectionProfile, GatewayFloodProtectionProfile } from './security/flood-protection-profile.resource.js';
import { GatewayPolicy } from './security/gateway-policy.resource.js';
import { Group } from './security/group.resource.js';
import { L7AccessEntry, L7AccessProfile } from './security/l7-access-profile.resource.js';
import {
  FloodProtectionProfileBindingMap,
  PolicyFirewallFloodProtectionProfileBindingMap,
  PolicyFirewallSessionTimerProfileBindingMap,
  SessionTimerProfileBindingMap,
} from './security/profile-bindings.resource.js';
import { Rule } from './security/rule.resource.js';
import { SecurityPolicy } from './security/security-policy.resource.js';
import { Service } from './security/service.resource.js';
import { PolicyFirewallSessionTimerProfile } from './security/session-timer-profile.resource.js';
import { TlsCertificate } from './system/tls-certificate.resource.js';
import { TlsCrl } from './system/tls-crl.resource.js';

/** Every resource type of the policy tree: a new one adds its line here, after its parent. */
export const TYPES: readonly StructClass[] = [
  // roots
  Infra,
  Domain,
  DomainDeploymentMap,

  // fabric
  Site,
  EnforcementPoint,
  PolicyTransportZone,
  PolicyEdgeCluster,
  PolicyEdgeNode,
  HostTransportNode,
  L2BridgeEndpointProfile,
  PolicyBaseHostSwitchProfile,
  PolicyUplinkHostSwitchProfile,
  PolicyVtepHAHostSwitchProfile,
  Inventory,
  WorkloadTags,

  // networking
  Tier0,
  Tier1,
  LocaleServices,
  Tier0Interface,
  Tier1Interface,
  StaticRoutes,
  StaticRouteBfdPeer,
  PrefixList,
  CommunityList,
  Tier0RouteMap,
  BgpRoutingConfig,
  BgpNeighborConfig,
  OspfRoutingConfig,
  OspfAreaConfig,
  Tunnel,
  GreTunnel,
  PolicyInterVrfRoutingConfig,
  VniPoolConfig,
  EvpnConfig,
  EvpnTenantConfig,
  EvpnTunnelEndpointConfig,
  BfdProfile,
  PolicyNat,
  PolicyNatRule,
  PolicyDnsForwarder,
  PolicyDnsForwarderZone,
  Ipv6NdraProfile,
  Ipv6DadProfile,
  GatewayQosProfile,
  Tier0SecurityFeatures,
  SecurityFeatures,
  Segment,
  SegmentPort,
  SegmentDiscoveryProfileBindingMap,
  SegmentQosProfileBindingMap,
  SegmentSecurityProfileBindingMap,
  PortDiscoveryProfileBindingMap,
  PortQosProfileBindingMap,
  PortSecurityProfileBindingMap,
  IPDiscoveryProfile,
  MacDiscoveryProfile,
  QosProfile,
  SpoofGuardProfile,
  SegmentSecurityProfile,
  DhcpServerConfig,
  DhcpRelayConfig,
  DhcpStaticBindingConfig,
  DhcpV4StaticBindingConfig,
  DhcpV6StaticBindingConfig,
  MetadataProxyConfig,

  // security
  Group,
  Service,
  PolicyContextProfile,
  PolicyCustomAttributes,
  PolicyFirewallScheduler,
  SecurityPolicy,
  GatewayPolicy,
  Rule,
  DfwFirewallConfiguration,
  PolicyExcludeList,
  FloodProtectionProfile,
  DistributedFloodProtectionProfile,
  GatewayFloodProtectionProfile,
  FloodProtectionProfileBindingMap,
  PolicyFirewallFloodProtectionProfileBindingMap,
  PolicyFirewallSessionTimerProfile,
  SessionTimerProfileBindingMap,
  PolicyFirewallSessionTimerProfileBindingMap,
  L7AccessProfile,
  L7AccessEntry,

  // addressing
  IpAddressBlock,
  IpAddressPool,
  IpAddressPoolSubnet,
  IpAddressPoolStaticSubnet,
  IpAddressPoolBlockSubnet,
  IpAddressAllocation,

  // certificates
  TlsCertificate,
  TlsCrl,

  // balancing
  LBService,
  LBAppProfile,
  LBHttpProfile,
  LBFastTcpProfile,
  LBFastUdpProfile,
  LBMonitorProfile,
  LBHttpMonitorProfile,
  LBHttpsMonitorProfile,
  LBIcmpMonitorProfile,
  LBPassiveMonitorProfile,
  LBTcpMonitorProfile,
  LBUdpMonitorProfile,
  LBPersistenceProfile,
  LBSourceIpPersistenceProfile,
  LBCookiePersistenceProfile,
  LBGenericPersistenceProfile,
  LBClientSslProfile,
  LBServerSslProfile,
  LBPool,
  LBVirtualServer,
];

export const registry = new Registry(TYPES);

import { IpAddressAllocation } from './addressing/ip-address-allocation.resource.js';
import { IpAddressBlock } from './addressing/ip-address-block.resource.js';
import { IpAddressPoolBlockSubnet, IpAddressPoolStaticSubnet, IpAddressPoolSubnet } from './addressing/ip-address-pool-subnet.resource.js';
import { IpAddressPool } from './addressing/ip-address-pool.resource.js';
import { LBAppProfile, LBFastTcpProfile, LBFastUdpProfile, LBHttpProfile } from './balancing/lb-app-profile.resource.js';
import { LBClientSslProfile } from './balancing/lb-client-ssl-profile.resource.js';
import { LBHttpMonitorProfile, LBHttpsMonitorProfile, LBIcmpMonitorProfile, LBMonitorProfile, LBPassiveMonitorProfile, LBTcpMonitorProfile, LBUdpMonitorProfile } from './balancing/lb-monitor-profile.resource.js';
import { LBCookiePersistenceProfile, LBGenericPersistenceProfile, LBPersistenceProfile, LBSourceIpPersistenceProfile } from './balancing/lb-persistence-profile.resource.js';
import { LBPool } from './balancing/lb-pool.resource.js';
import { LBServerSslProfile } from './balancing/lb-server-ssl-profile.resource.js';
import { LBService } from './balancing/lb-service.resource.js';
import { LBVirtualServer } from './balancing/lb-virtual-server.resource.js';
import { EnforcementPoint } from './fabric/enforcement-point.resource.js';
import { PolicyTransportZone } from './fabric/policy-transport-zone.resource.js';
import { Site } from './fabric/site.resource.js';
import { Inventory, WorkloadTags } from './fabric/workload-tags.resource.js';
import type { StructClass } from './field.js';
import { LocaleServices } from './networking/locale-services.resource.js';
import { SegmentPort } from './networking/segment-port.resource.js';
import { Segment } from './networking/segment.resource.js';
import { Tier0 } from './networking/tier0.resource.js';
import { Tier1 } from './networking/tier1.resource.js';
import { Registry } from './registry.js';
import { Domain } from './root/domain.resource.js';
import { Infra } from './root/infra.resource.js';
import { PolicyContextProfile } from './security/context-profile.resource.js';
import { DfwFirewallConfiguration } from './security/dfw-firewall-configuration.resource.js';
import { PolicyExcludeList } from './security/exclude-list.resource.js';
import { PolicyFirewallScheduler } from './security/firewall-scheduler.resource.js';
import { DistributedFloodProtectionProfile, FloodProtectionProfile, GatewayFloodProtectionProfile } from './security/flood-protection-profile.resource.js';
import { GatewayPolicy } from './security/gateway-policy.resource.js';
import { Group } from './security/group.resource.js';
import { L7AccessEntry, L7AccessProfile } from './security/l7-access-profile.resource.js';
import { FloodProtectionProfileBindingMap, PolicyFirewallFloodProtectionProfileBindingMap, PolicyFirewallSessionTimerProfileBindingMap, SessionTimerProfileBindingMap } from './security/profile-bindings.resource.js';
import { Rule } from './security/rule.resource.js';
import { SecurityPolicy } from './security/security-policy.resource.js';
import { Service } from './security/service.resource.js';
import { PolicyFirewallSessionTimerProfile } from './security/session-timer-profile.resource.js';

/** Every resource type of the policy tree: a new one adds its line here, after its parent. */
export const TYPES: readonly StructClass[] = [
  Infra,
  Domain,
  Site,
  EnforcementPoint,
  PolicyTransportZone,
  Inventory,
  WorkloadTags,
  Tier0,
  Tier1,
  LocaleServices,
  Segment,
  SegmentPort,

  // security
  Group,
  Service,
  PolicyContextProfile,
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

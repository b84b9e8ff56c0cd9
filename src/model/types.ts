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
import { PolicyFirewallScheduler } from './security/firewall-scheduler.resource.js';
import { GatewayPolicy } from './security/gateway-policy.resource.js';
import { Group } from './security/group.resource.js';
import { Rule } from './security/rule.resource.js';
import { SecurityPolicy } from './security/security-policy.resource.js';
import { Service } from './security/service.resource.js';

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
];

export const registry = new Registry(TYPES);

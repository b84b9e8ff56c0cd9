import type { DefaultObject } from './default-object.js';

/**
 * Objects of the fabric and of networking that exist from the first start on, parents first. Clients look for them by these
 * identifiers, and gateways and segments that name no profile or transport zone use them. Empty structures take their defaults.
 */
export const DEFAULT_NETWORKING: readonly DefaultObject[] = [
  { path: '/infra', body: {} },
  { path: '/infra/domains/default', body: {} },
  { path: '/infra/sites/default', body: { site_type: 'ONPREM_LM' } },
  {
    path: '/infra/sites/default/enforcement-points/default',
    body: { connection_info: { resource_type: 'NSXTConnectionInfo', enforcement_point_address: 'localhost' } },
  },
  {
    path: '/infra/domains/default/domain-deployment-maps/default',
    body: { enforcement_point_path: '/infra/sites/default/enforcement-points/default' },
  },
  {
    path: '/infra/sites/default/enforcement-points/default/transport-zones/nsx-overlay-transportzone',
    body: { tz_type: 'OVERLAY_STANDARD', is_default: true },
  },
  {
    path: '/infra/sites/default/enforcement-points/default/transport-zones/nsx-vlan-transportzone',
    body: { tz_type: 'VLAN_BACKED', is_default: true },
  },
  {
    path: '/infra/ip-discovery-profiles/default-ip-discovery-profile',
    body: {
      ip_v4_discovery_options: { arp_snooping_config: {} },
      ip_v6_discovery_options: { nd_snooping_config: {} },
      duplicate_ip_detection: {},
    },
  },
  { path: '/infra/mac-discovery-profiles/default-mac-discovery-profile', body: { mac_learning_enabled: false } },
  {
    path: '/infra/mac-discovery-profiles/default-mac-discovery-profile-for-ens',
    body: { description: 'Default MacDiscovery Profile for ENS', mac_learning_enabled: false },
  },
  { path: '/infra/segment-security-profiles/default-segment-security-profile', body: { rate_limits: {} } },
  { path: '/infra/spoofguard-profiles/default-spoofguard-profile', body: { address_binding_allowlist: false } },
  { path: '/infra/ipv6-ndra-profiles/default', body: { ra_mode: 'SLAAC_DNS_THROUGH_RA', ra_config: {}, dns_config: {} } },
  { path: '/infra/ipv6-dad-profiles/default', body: {} },
  { path: '/infra/bfd-profiles/default', body: {} },
];

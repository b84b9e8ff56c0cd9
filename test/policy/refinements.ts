import type { Json } from '../../src/model/body.js';
import type { Surroundings } from './arbitrary-object.js';

/** Makes a body that fits its fields also fit what its type checks beyond them, in place. */
type Refinement = (body: Json, around: Surroundings) => void;

/** Fields without which a type's check refuses an object, although other objects of the type may leave them out. */
export const REQUIRED_BY_CHECKS: Readonly<Record<string, readonly string[]>> = {
  // Every interface but a loopback attaches to a segment.
  Tier0Interface: ['segment_path'],
};

/**
 * Types whose fields depend on one another, or on what else is there: each with its reason. A type that is not here takes any
 * body that its field facts allow, and that is what the tests hold it to.
 */
export const REFINEMENTS: Readonly<Record<string, Refinement>> = {
  Tier0: withIpv6Profiles,
  Tier1: withIpv6Profiles,
  // The edges that are preferred belong to the cluster.
  LocaleServices: (services) => {
    const [edge] = (services.preferred_edge_paths ?? []) as string[];
    if (edge !== undefined) services.edge_cluster_path = edge.slice(0, edge.indexOf('/edge-nodes/'));
  },
  Tier0Interface: withFittingPrefixes,
  Tier1Interface: withFittingPrefixes,
  // A segment in VLANs says which, and has no gateway; one below a tier-1 has that one; keys above a limit belong to gateways.
  Segment: (segment, { parentPath }) => {
    if (segment.transport_zone_path !== undefined) segment.vlan_ids ??= ['5'];
    if (segment.transport_zone_path !== undefined || parentPath.includes('/tier-1s/')) delete segment.connectivity_path;
    if (parentPath.includes('/tier-1s/')) delete segment.transport_zone_path;
    if (segment.overlay_id !== undefined) segment.overlay_id = ((segment.overlay_id as number) % 1000) + 1;
    for (const [at, subnet] of list(segment.subnets).entries()) {
      subnet.gateway_address = `10.9.${at}.1/24`;
      if (subnet.dhcp_ranges !== undefined) subnet.dhcp_ranges = [`10.9.${at}.9-10.9.${at}.99`];
      if (subnet.dhcp_config !== undefined) subnet.dhcp_config = { resource_type: 'SegmentDhcpV4Config', server_address: `10.9.${at}.2/24`, lease_time: 3600 };
    }
  },
  // Lengths lie within the network and rise.
  PrefixList: ({ prefixes }) => {
    for (const prefix of list(prefixes)) {
      const least = Number(String(prefix.network).split('/')[1] ?? 0);
      if (prefix.ge !== undefined) prefix.ge = Math.max(least, 1);
      if (prefix.le !== undefined) prefix.le = Math.max(least, 32);
    }
  },
  // BGP that is on has an AS number.
  BgpRoutingConfig: (config) => {
    if (config.enabled === true) config.local_as_num ??= '65001';
  },
  // Next hops are of the network's version of IP.
  StaticRoutes: (route) => {
    for (const hop of list(route.next_hops))
      if (hop.ip_address !== undefined) hop.ip_address = String(route.network).includes(':') ? '2001:db8::1' : '192.0.2.1';
  },
  // A range begins before it ends.
  VniPoolConfig: (pool) => {
    [pool.start, pool.end] = [pool.start as number, pool.end as number].sort((a, b) => a - b);
  },
  // Which networks a rule has depends on its action, and NAT64 rules have a section of their own.
  PolicyNatRule: (rule, { parentPath }) => {
    if (parentPath.endsWith('/NAT64')) rule.action = 'NAT64';
    else if (rule.action === 'NAT64') rule.action = 'SNAT';
    for (const network of ['source_network', 'destination_network', 'translated_network']) rule[network] ??= '10.0.0.1';
    if (String(rule.action).startsWith('NO_')) delete rule.translated_network;
  },
  // An entry compares with prefix lists or with communities.
  Tier0RouteMap: ({ entries }) => {
    for (const entry of list(entries)) if (entry.prefix_list_matches) delete entry.community_list_matches;
  },
  // Two names of one setting.
  SpoofGuardProfile: (profile) => {
    if (profile.address_binding_allowlist !== undefined) delete profile.address_binding_whitelist;
  },
  // Expressions alternate with conjunctions, also in brackets, and an expression comes last.
  Group: (group) => {
    if (group.expression !== undefined) group.expression = alternating(list(group.expression));
  },
  // ANY stands alone, an exclusion excludes something, and a gateway's rule says where; only one category can jump.
  Rule: (rule, { parentPath, targets }) => {
    for (const field of ['source_groups', 'destination_groups', 'services', 'profiles', 'scope']) {
      const values = (rule[field] ?? ['ANY']) as string[];
      if (values.includes('ANY')) rule[field] = ['ANY'];
    }
    for (const [flag, groups] of [
      ['sources_excluded', 'source_groups'],
      ['destinations_excluded', 'destination_groups'],
    ] as const) {
      if (rule[flag] === true && (rule[groups] as string[]).includes('ANY')) rule[groups] = ['10.0.0.1'];
    }
    if (rule.action === 'JUMP_TO_APPLICATION') rule.action = 'ALLOW';
    if (parentPath.includes('/gateway-policies/') && (rule.scope as string[]).includes('ANY')) rule.scope = targets('Tier1').slice(0, 1);
  },
  // Times go forward.
  PolicyFirewallScheduler: (scheduler) => {
    scheduler.start_date = '01/31/2025';
    scheduler.end_date = '12/01/2026';
    for (const interval of list(scheduler.time_interval)) Object.assign(interval, { start_interval: '08:30', end_interval: '17:00' });
  },
  // A block has addresses, all of one version of IP; it is large enough for the subnets that other bodies cut out of it.
  IpAddressBlock: (block) => {
    block.cidr = '10.0.0.0/8';
    if (block.cidrs !== undefined) block.cidrs = ['172.16.0.0/12'];
    if (block.ranges !== undefined) block.ranges = [{ start: '192.168.0.1', end: '192.168.0.9' }];
    if (block.excluded_ips !== undefined) block.excluded_ips = [{ start: '192.168.0.3', end: '192.168.0.4' }];
  },
  // Ranges and gateway lie in the network, and ranges do not overlap.
  IpAddressPoolStaticSubnet: (subnet) => {
    subnet.cidr = '10.1.0.0/16';
    subnet.allocation_ranges = list(subnet.allocation_ranges).map((_, at) => ({ start: `10.1.${at}.1`, end: `10.1.${at}.99` }));
    if (subnet.gateway_ip !== undefined) subnet.gateway_ip = '10.1.0.1';
  },
  // A subnet says its size, a power of 2, once; where it begins depends on the block.
  IpAddressPoolBlockSubnet: (subnet) => {
    delete subnet.subnet_size;
    delete subnet.start_ip;
    subnet.size = 64;
  },
  // A pool has members or a group of them.
  LBPool: (pool) => {
    if (pool.members !== undefined) delete pool.member_group;
  },
  // The text is a certificate, and a key would have to be that one's.
  TlsCertificate: (certificate) => {
    certificate.pem_encoded = CERTIFICATE;
    delete certificate.private_key;
    delete certificate.passphrase;
  },
  // The text is a revocation list of the kind that is said.
  TlsCrl: (crl) => {
    crl.crl_type = 'OneCRL';
    crl.one_crl = '[]';
    delete crl.pem_encoded;
  },
};

/** A gateway is given the default profile of each kind that it names none of. */
function withIpv6Profiles(gateway: Json, { targets }: Surroundings): void {
  if (gateway.ipv6_profile_paths !== undefined) gateway.ipv6_profile_paths = ['Ipv6NdraProfile', 'Ipv6DadProfile'].flatMap((type) => targets(type).slice(0, 1));
}

/** The length of an IPv4 prefix is at most 32. */
function withFittingPrefixes({ subnets }: Json): void {
  for (const subnet of list(subnets)) subnet.prefix_len = Math.min(subnet.prefix_len as number, 32);
}

function alternating(expressions: readonly Json[]): Json[] {
  const operands = expressions.filter(({ resource_type: kind }) => kind !== 'ConjunctionOperator');
  const [first = { resource_type: 'IPAddressExpression', ip_addresses: ['10.0.0.1'] }, ...others] = operands.map((operand) =>
    operand.expressions === undefined ? operand : { ...operand, expressions: alternating(list(operand.expressions)) },
  );
  return [first, ...others.flatMap((other) => [{ resource_type: 'ConjunctionOperator', conjunction_operator: 'OR' }, other])];
}

function list(value: unknown): Json[] {
  return (value ?? []) as Json[];
}

/** A self-signed certificate for CN=example.org on P-256, valid for a hundred years. */
const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBgzCCASmgAwIBAgIUVhZU+DKbK+Ecw3SLlK+auu7m6wEwCgYIKoZIzj0EAwIw
FjEUMBIGA1UEAwwLZXhhbXBsZS5vcmcwIBcNMjYxMTI0MDc0OTI0WhgPMjEyNjEw
MzEwNzQ5MjRaMBYxFDASBgNVBAMMC2V4YW1wbGUub3JnMFkwEwYHKoZIzj0CAQYI
KoZIzj0DAQcDQgAEobTqfih2ZT/W4py/F8CFu/tbHKiq9+eT+kTOBFOiNtVDHGqe
mJU7RHz17q+U+B9VdtzC7VEbSQuzMH4nOo08UqNTMFEwHQYDVR0OBBYEFJx6FVC6
rai6Tb1CF+AnyCbVIdevMB8GA1UdIwQYMBaAFJx6FVC6rai6Tb1CF+AnyCbVIdev
MA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDSAAwRQIhAKBXcBuzKS+EWTxq
nJvcCc/8RnDHKLpTxBTk7FS6golPAiAEyVgG/lXVS38LUs7uKkPK5JhiL6dN7zSo
oMBc9Gcq+A==
-----END CERTIFICATE-----`;

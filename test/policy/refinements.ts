import type { Json } from '../../src/model/body.js';

/** Makes a body that fits its fields also fit what its type checks beyond them, in place. */
type Refinement = (body: Json, parentPath: string) => void;

/**
 * Types whose fields depend on one another, or on what else is there: each with its reason. A type that is not here takes any
 * body that its field facts allow, and that is what the tests hold it to.
 */
export const REFINEMENTS: Readonly<Record<string, Refinement>> = {
  // Which networks a rule has depends on its action, and NAT64 rules have a section of their own.
  PolicyNatRule: (rule, parentPath) => {
    if (parentPath.endsWith('/NAT64')) rule.action = 'NAT64';
    else if (rule.action === 'NAT64') rule.action = 'SNAT';
    for (const network of ['source_network', 'destination_network', 'translated_network']) rule[network] ??= '10.0.0.1';
    if (String(rule.action).startsWith('NO_')) delete rule.translated_network;
  },
  // An entry compares with prefix lists or with communities.
  Tier0RouteMap: ({ entries }) => {
    for (const entry of entries as Json[]) if (entry.prefix_list_matches) delete entry.community_list_matches;
  },
  // Two names of one setting.
  SpoofGuardProfile: (profile) => {
    if (profile.address_binding_allowlist !== undefined) delete profile.address_binding_whitelist;
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
    subnet.allocation_ranges = (subnet.allocation_ranges as unknown[]).map((_, at) => ({ start: `10.1.${at}.1`, end: `10.1.${at}.99` }));
    if (subnet.gateway_ip !== undefined) subnet.gateway_ip = '10.1.0.1';
  },
  // A subnet says its size, a power of 2, once; where it begins depends on the block.
  IpAddressPoolBlockSubnet: (subnet) => {
    delete subnet.subnet_size;
    delete subnet.start_ip;
    subnet.size = 64;
  },
};

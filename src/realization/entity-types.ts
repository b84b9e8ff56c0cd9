/** Names under which clients ask for what an intent of a type became, where they are not made of the type's own name. */
const ENTITY_TYPES: Readonly<Record<string, string>> = {
  Segment: 'RealizedLogicalSwitch',
  SegmentPort: 'RealizedLogicalPort',
  Tier0: 'RealizedLogicalRouter',
  Tier1: 'RealizedLogicalRouter',
  Tier0Interface: 'RealizedLogicalRouterPort',
  Tier1Interface: 'RealizedLogicalRouterPort',
  Group: 'RealizedNSGroup',
  SecurityPolicy: 'RealizedFirewallSection',
  GatewayPolicy: 'RealizedFirewallSection',
  Rule: 'RealizedFirewallRule',
  PolicyNatRule: 'RealizedNatRule',
  BgpRoutingConfig: 'RealizedBgpConfig',
  BgpNeighborConfig: 'RealizedBgpNeighbor',
  IpAddressAllocation: 'RealizedIpAllocation',
  IpAddressPoolStaticSubnet: 'RealizedIpPoolSubnet',
  IpAddressPoolBlockSubnet: 'RealizedIpPoolSubnet',
};

export function entityTypeOf(resourceType: string): string {
  return ENTITY_TYPES[resourceType] ?? `Realized${resourceType}`;
}

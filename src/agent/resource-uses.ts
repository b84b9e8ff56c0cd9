import { type NodeResource, type ResourceId, ResourceKind } from '../realization/resources.pb.js';

/**
 * What a resource needs to be there before it means anything. A port group's ports are not among them: a group is a selection of
 * ports, and one that names a port that is gone or not yet there selects nothing by it. The same holds for the nodes of a chassis
 * binding, the remote side of a tunnel, and what rules are applied to: a rule set names all port groups and routers of the network
 * that it is for, of which a node has those with something on it. A port behind another names it even where both are remote.
 */
export function usesOf({ body }: NodeResource): ResourceId[] {
  switch (body?.$case) {
    case 'dnsRecords':
      return named(ResourceKind.LOGICAL_SWITCH, body.value.logicalSwitch);
    case 'switchPort': {
      const { logicalSwitch, dhcpV4, dhcpV6 } = body.value;
      return [...named(ResourceKind.LOGICAL_SWITCH, logicalSwitch), ...named(ResourceKind.DHCP_OPTIONS, dhcpV4, dhcpV6)];
    }
    case 'chassisBinding':
    case 'natRule':
    case 'dnsForwarder':
    case 'bgpInstance':
      return named(ResourceKind.ROUTER, body.value.router);
    case 'dhcpRelay':
    case 'routerPort':
      return [...named(ResourceKind.ROUTER, body.value.router), ...named(ResourceKind.LOGICAL_SWITCH, body.value.logicalSwitch)];
    case 'staticRoute':
      return [...named(ResourceKind.ROUTER, body.value.router), ...named(ResourceKind.ROUTER_PORT, ...body.value.nextHops.map(({ routerPort }) => routerPort))];
    case 'firewallRuleSet': {
      const sets = body.value.rules.flatMap(({ sourceSets, destinationSets }) => [...sourceSets, ...destinationSets]);
      return named(ResourceKind.ADDRESS_SET, ...sets);
    }
    case 'layer4Balancer':
      return [...named(ResourceKind.ROUTER, body.value.router), ...named(ResourceKind.ADDRESS_SET, ...(body.value.accessList?.addressSets ?? []))];
    case 'layer7Balancer': {
      const { router, accessList, rules } = body.value;
      const sets = rules.flatMap(({ conditions }) => conditions.map(({ addressSet }) => addressSet));
      return [...named(ResourceKind.ROUTER, router), ...named(ResourceKind.ADDRESS_SET, ...(accessList?.addressSets ?? []), ...sets)];
    }
    default:
      return [];
  }
}

function named(kind: ResourceKind, ...keys: readonly string[]): ResourceId[] {
  return keys.filter((key) => key !== '').map((key) => ({ kind, key }));
}

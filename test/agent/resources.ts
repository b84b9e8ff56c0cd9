import { type NodeResource, type ResourceChange, type ResourceId, ResourceKind } from '../../src/realization/resources.pb.js';

/** Resources as short as a test needs them. */

export function put(resource: NodeResource): ResourceChange {
  return { change: { $case: 'put', value: resource } };
}

export function remove(id: ResourceId): ResourceChange {
  return { change: { $case: 'remove', value: id } };
}

export function sw(key: string, version: number, tunnelKey = 1): NodeResource {
  return {
    kind: ResourceKind.LOGICAL_SWITCH,
    key,
    version: String(version),
    body: { $case: 'logicalSwitch', value: { name: key, tunnelKey, transportZone: 'tz', vlans: [], adminUp: true, transit: false, multicastSnooping: false } },
  };
}

export function port(
  key: string,
  logicalSwitch: string,
  version: number,
  more: { readonly node?: string; readonly mac?: string; readonly ips?: readonly string[]; readonly tunnelKey?: number } = {},
): NodeResource {
  const { node = 'n1', mac = '', ips = [], tunnelKey = 1 } = more;
  return {
    kind: ResourceKind.SWITCH_PORT,
    key,
    version: String(version),
    body: {
      $case: 'switchPort',
      value: {
        logicalSwitch,
        tunnelKey,
        attachmentId: `vif-${key}`,
        addresses: [{ mac, ips }],
        adminUp: true,
        node,
        addressCheck: false,
        parent: '',
        trafficTag: 0,
        dhcpV4: '',
        dhcpV6: '',
      },
    },
  };
}

export function staticRoute(key: string, router: string, version: number): NodeResource {
  return {
    kind: ResourceKind.STATIC_ROUTE,
    key,
    version: String(version),
    body: { $case: 'staticRoute', value: { router, network: '10.0.0.0/8', nextHops: [], external: false } },
  };
}

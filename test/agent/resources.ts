import {
  type BgpInstance,
  BgpInstance_GracefulRestart,
  BgpInstance_LocalAsMode,
  type NodeResource,
  type ResourceChange,
  type ResourceId,
  ResourceKind,
  Router_Role,
} from '../../src/realization/resources.pb.js';

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
  more: { readonly node?: string; readonly mac?: string; readonly ips?: readonly string[]; readonly tunnelKey?: number; readonly dhcpV4?: string } = {},
): NodeResource {
  const { node = 'n1', mac = '', ips = [], tunnelKey = 1, dhcpV4 = '' } = more;
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
        dhcpV4,
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

export function router(key: string): NodeResource {
  return { kind: ResourceKind.ROUTER, key, version: '1', body: { $case: 'router', value: { name: key, tunnelKey: 9, role: Router_Role.SERVICE } } };
}

/** An instance with one neighbour that has a password. */
export function bgp(key: string, owner: string, secretVersion: string): NodeResource {
  const value: BgpInstance = {
    router: owner,
    node: 'n1',
    localAs: 65000,
    routerId: '',
    ecmp: true,
    multipathRelax: true,
    gracefulRestart: BgpInstance_GracefulRestart.HELPER_ONLY,
    restartSeconds: 180,
    staleSeconds: 600,
    neighbors: [
      {
        key: `${key}/neighbor`,
        address: '192.0.2.254',
        remoteAs: '65001',
        sourceAddresses: [],
        keepAliveSeconds: 60,
        holdSeconds: 180,
        hopLimit: 1,
        allowOwnAs: false,
        password: { path: `${key}/neighbor`, field: 'password', version: secretVersion },
        bfd: undefined,
        gracefulRestart: BgpInstance_GracefulRestart.HELPER_ONLY,
        filters: [],
        localAs: 0,
        localAsMode: BgpInstance_LocalAsMode.BOTH,
      },
    ],
    advertisements: [],
    aggregates: [],
    routeMaps: [],
    prefixLists: [],
    communityLists: [],
    externalDistance: 0,
    internalDistance: 0,
    standby: false,
  };
  return { kind: ResourceKind.BGP_INSTANCE, key, version: secretVersion, body: { $case: 'bgpInstance', value } };
}

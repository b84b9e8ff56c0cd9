import { BgpInstance, BgpInstance_Neighbor, BgpInstance_PrefixList_Entry, BgpInstance_RouteMap_Entry } from '../../../src/realization/resources.pb.js';

/** Instances as short as a test needs them. */

function blank<T>(kind: { decode(bytes: Uint8Array): T }): T {
  return kind.decode(new Uint8Array());
}

export function instance(facts: Partial<BgpInstance> = {}): BgpInstance {
  return {
    ...blank(BgpInstance),
    router: 't1-sr',
    node: 'e1',
    localAs: 65001,
    routerId: '192.0.2.2',
    ecmp: true,
    restartSeconds: 180,
    staleSeconds: 600,
    ...facts,
  };
}

export function neighbor(facts: Partial<BgpInstance_Neighbor> = {}): BgpInstance_Neighbor {
  return {
    ...blank(BgpInstance_Neighbor),
    key: 'tor',
    address: '192.0.2.1',
    remoteAs: '65000',
    keepAliveSeconds: 60,
    holdSeconds: 180,
    hopLimit: 1,
    filters: [{ addressFamily: 'IPV4', enabled: true, in: '', out: '', maximumRoutes: 0 }],
    ...facts,
  };
}

export function entry(facts: Partial<BgpInstance_RouteMap_Entry> = {}): BgpInstance_RouteMap_Entry {
  return { ...blank(BgpInstance_RouteMap_Entry), permit: true, ...facts };
}

export function prefix(network: string, facts: Partial<BgpInstance_PrefixList_Entry> = {}): BgpInstance_PrefixList_Entry {
  return { ...blank(BgpInstance_PrefixList_Entry), permit: true, network, ...facts };
}

/** Something of everything that an instance may have. */
export function everything(): BgpInstance {
  const password = { path: '/neighbor', field: 'password', version: '1' };
  return instance({
    multipathRelax: true,
    gracefulRestart: 2,
    externalDistance: 30,
    neighbors: [
      neighbor({
        password,
        hopLimit: 3,
        allowOwnAs: true,
        bfd: { intervalMilliseconds: 300, multiplier: 4 },
        localAs: 65009,
        localAsMode: 2,
        filters: [{ addressFamily: 'IPV4', enabled: true, in: '/lists/a', out: '/maps/m', maximumRoutes: 100 }],
      }),
      neighbor({
        key: 'six',
        address: '2001:db8::1',
        remoteAs: '65001',
        gracefulRestart: 1,
        filters: [{ addressFamily: 'IPV6', enabled: true, in: '/maps/m', out: '/lists/a', maximumRoutes: 0 }],
      }),
    ],
    advertisements: [
      { network: '10.1.0.0/16', routeMap: '/maps/m' },
      { network: '2001:db8:1::/48', routeMap: '' },
    ],
    aggregates: [
      { network: '10.0.0.0/8', summaryOnly: true },
      { network: '2001:db8::/32', summaryOnly: false },
    ],
    prefixLists: [{ name: '/lists/a', entries: [prefix('10.0.0.0/8', { ge: 8, le: 24 }), prefix('2001:db8::/32', { ge: 48 }), prefix('', { permit: false })] }],
    communityLists: [{ name: '/communities/c', communities: ['65000:1', 'NO_EXPORT', '65000:1:2'] }],
    routeMaps: [
      {
        name: '/maps/m',
        entries: [
          entry({ permit: false, prefixLists: ['/lists/a'] }),
          entry({ communities: [{ list: '/communities/c', operator: 'MATCH_ANY', pattern: '' }], localPreference: 200 }),
          entry({ communities: [{ list: '/communities/c', operator: 'MATCH_EXACT', pattern: '' }], med: 5 }),
          entry({ communities: [{ list: '', operator: 'MATCH_COMMUNITY_REGEX', pattern: '^65000:.*$' }], weight: 7, preferGlobalV6: true }),
          entry({ asPathPrepend: '1.10 65001', setCommunity: '65001:7 65001:1:1' }),
        ],
      },
    ],
  });
}

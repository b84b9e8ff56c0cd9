import type { BgpRoutes_Route } from '../../agents/session.pb.js';

/** What FRR says of a route, whichever list it is in. */
interface Route {
  readonly network: string;
  readonly metric?: number;
  readonly locPrf?: number;
  readonly weight?: number;
  readonly path?: string;
  /** Of routes that were received. */
  readonly nexthops?: readonly { readonly ip?: string; readonly scope?: string }[];
  /** Of routes that are advertised, by family. */
  readonly nextHop?: string;
  readonly nextHopGlobal?: string;
}

/** What stands for this end itself. */
const HERE: ReadonlySet<string> = new Set(['0.0.0.0', '::']);

/**
 * Routes that a neighbour announces and that are taken, from what `show bgp ... neighbors ... routes json` says. FRR says only that there
 * is no such neighbour where it does not speak that family with it.
 */
export function routesReceived(text: string): BgpRoutes_Route[] {
  const { routes = {} } = JSON.parse(text) as { readonly routes?: Readonly<Record<string, readonly Route[]>> };
  return Object.values(routes)
    .flat()
    .map((route) => routeOf(route, route.nexthops?.find(({ scope }) => scope !== 'link-local')?.ip));
}

/**
 * Routes that are announced to a neighbour, from what `show bgp ... neighbors ... advertised-routes json` says.
 * @param source address of this end of the session, which a route that begins here has as its next hop
 */
export function routesAdvertised(text: string, source: string): BgpRoutes_Route[] {
  const { advertisedRoutes = {}, bgpOriginatingDefaultNetwork: everything } = JSON.parse(text) as {
    readonly advertisedRoutes?: Readonly<Record<string, Route>>;
    readonly bgpOriginatingDefaultNetwork?: string;
  };
  // A default route that is made for the neighbour alone is in no table.
  const made: readonly Route[] = everything === undefined ? [] : [{ network: everything }];
  return [...made, ...Object.values(advertisedRoutes)].map((route) => {
    const hop = route.nextHop ?? route.nextHopGlobal ?? '::';
    return routeOf(route, !HERE.has(hop) ? hop : source.includes(':') === route.network.includes(':') ? source : undefined);
  });
}

function routeOf({ network, path = '', metric: med, locPrf: localPreference, weight }: Route, nextHop = ''): BgpRoutes_Route {
  return { network, nextHop, asPath: path, med, localPreference, weight };
}

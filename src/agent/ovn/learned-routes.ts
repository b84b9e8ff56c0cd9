/** A route that BGP chose, as the kernel of its namespace has it. */
export interface LearnedRoute {
  /** With prefix. */
  readonly network: string;
  /** None: what matches is dropped, as with the whole of an aggregate. */
  readonly nextHops: readonly { readonly address: string; readonly device: string }[];
}

/** By the name of the site that they were learned at. */
export type LearnedRoutes = ReadonlyMap<string, readonly LearnedRoute[]>;

interface KernelRoute {
  readonly dst: string;
  readonly type?: string;
  readonly gateway?: string;
  readonly via?: { readonly host: string };
  readonly dev?: string;
  readonly nexthops?: readonly { readonly gateway?: string; readonly via?: { readonly host: string }; readonly dev?: string }[];
}

/** Routes from what `ip -json route show proto bgp` says, sorted by network. IPv6 has an entry for each way. */
export function learnedRoutesIn(text: string, family: 4 | 6): LearnedRoute[] {
  const routes = new Map<string, { readonly address: string; readonly device: string }[]>();
  for (const route of (text.trim() === '' ? [] : JSON.parse(text)) as readonly KernelRoute[]) {
    const network = networkOf(route.dst, family);
    const nextHops = (route.nexthops ?? [route]).flatMap(({ gateway, via, dev }) => {
      const address = gateway ?? via?.host;
      return address === undefined || dev === undefined ? [] : [{ address, device: dev }];
    });
    if (nextHops.length === 0 && route.type !== 'blackhole') continue;
    routes.set(network, [...(routes.get(network) ?? []), ...nextHops]);
  }
  return [...routes]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([network, nextHops]) => ({ network, nextHops: nextHops.sort((a, b) => (a.address < b.address ? -1 : 1)) }));
}

function networkOf(destination: string, family: 4 | 6): string {
  if (destination === 'default') return family === 4 ? '0.0.0.0/0' : '::/0';
  return destination.includes('/') ? destination : `${destination}/${family === 4 ? 32 : 128}`;
}

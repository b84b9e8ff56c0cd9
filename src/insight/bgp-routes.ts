import type { Said } from '../agents/node-answer.js';
import type { BgpRoutes, BgpRoutes_Route } from '../agents/session.pb.js';
import { Field } from '../model/field.js';
import { PolicyError } from '../model/problem.js';
import type { PageRequest } from '../policy/ports.js';
import { ENFORCEMENT_POINT } from './enforcement-point.js';

class RouteDetails {
  @Field('string', 'Network that the route leads to.', { required: true, format: 'ip-cidr-block' })
  network!: string;

  @Field('string', 'Where packets for it go next; absent where that is not known.', { format: 'ip' })
  next_hop?: string;

  @Field('string', 'AS numbers on the way, the nearest first. Of what is advertised it is the path before the own number is put in front.', {
    required: true,
  })
  as_path!: string;

  @Field('integer', 'Multi-exit discriminator; only where the route carries one.')
  med?: number;

  @Field('integer', 'Local preference; only where the route carries one.')
  local_pref?: number;

  @Field('integer', 'Weight of the route on the edge; only where the edge tells one.')
  weight?: number;
}

class RoutesPerTransportNode {
  @Field('string', 'Identifier of the edge.', { required: true })
  transport_node_id!: string;

  @Field('string', 'Address of the edge that the session starts from; only where there was a connection.', { format: 'ip' })
  source_address?: string;

  @Field(() => RouteDetails, 'Its routes; absent where the edge did not answer.', { array: true })
  routes?: RouteDetails[];
}

export class BgpNeighborRoutes {
  @Field('string', 'Policy path of the neighbor.', { required: true })
  neighbor_path!: string;

  @Field('string', 'Path of the enforcement point.', { required: true })
  enforcement_point_path!: string;

  @Field(() => RoutesPerTransportNode, 'Routes of each edge that has a session with the neighbor.', { required: true, array: true })
  edge_node_routes!: RoutesPerTransportNode[];
}

/** So many of the routes of each edge may be asked for. */
export type RoutePage = Pick<PageRequest, 'offset' | 'size'> & { readonly most: number };

export interface RoutesOfNeighbor {
  readonly routes: BgpNeighborRoutes;
  /** How many pages there are in all. */
  readonly pages: number;
  readonly more: boolean;
}

/**
 * A page of the routes of a neighbor: one part of those of each edge. Edges that did not answer are there without routes.
 * @throws PolicyError 503 where no edge answered
 */
export function routesOfNeighbor(neighbor: string, said: readonly Said<BgpRoutes>[], { offset, size, most }: RoutePage): RoutesOfNeighbor {
  if (said.length > 0 && said.every(({ value }) => value === undefined)) {
    const reasons = [...new Set(said.map(({ error }) => error))].join('; ');
    throw new PolicyError({ status: 503, code: 503, path: neighbor, message: `No edge that may have a session with the neighbor answers: ${reasons}.` });
  }
  const longest = Math.min(most, Math.max(0, ...said.map(({ value }) => value?.total ?? 0)));
  const edges = said.map(({ node, value }) => ({
    transport_node_id: node,
    ...(value?.sourceAddress ? { source_address: value.sourceAddress } : {}),
    ...(value ? { routes: value.routes.map(detailsOf) } : {}),
  }));
  return {
    routes: { neighbor_path: neighbor, enforcement_point_path: ENFORCEMENT_POINT, edge_node_routes: edges },
    pages: Math.max(1, Math.ceil(longest / size)),
    more: offset + size < longest,
  };
}

function detailsOf({ network, nextHop, asPath, med, localPreference, weight }: BgpRoutes_Route): RouteDetails {
  return {
    network,
    ...(nextHop === '' ? {} : { next_hop: nextHop }),
    as_path: asPath,
    ...(med === undefined ? {} : { med }),
    ...(localPreference === undefined ? {} : { local_pref: localPreference }),
    ...(weight === undefined ? {} : { weight }),
  };
}

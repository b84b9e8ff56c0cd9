import { expect, it } from 'vitest';
import { type NodeAnswer, saidBy } from '../../src/agents/node-answer.js';
import { type RoutePage, routesOfNeighbor } from '../../src/insight/bgp-routes.js';

const NEIGHBOR = '/infra/tier-0s/t0/locale-services/default/bgp/neighbors/tor';

function edge(node: string, total: number, ...networks: readonly string[]): NodeAnswer {
  const routes = networks.map((network) => ({ network, nextHop: '192.0.2.1', asPath: '65000', med: 5 }));
  return { node, answer: { $case: 'bgpRoutes', value: { sourceAddress: '192.0.2.9', routes, total } } };
}

const pageOf = (answers: readonly NodeAnswer[], page: Partial<RoutePage> = {}) =>
  routesOfNeighbor(NEIGHBOR, saidBy('bgpRoutes', answers), { offset: 0, size: 2, most: 1000, ...page });

it('lists the routes of each edge that has a session', () => {
  const { routes, pages, more } = pageOf([edge('e1', 1, '10.0.0.0/8'), { node: 'e2' }]);
  expect(routes.edge_node_routes).toEqual([
    {
      transport_node_id: 'e1',
      source_address: '192.0.2.9',
      routes: [{ network: '10.0.0.0/8', next_hop: '192.0.2.1', as_path: '65000', med: 5 }],
    },
  ]);
  expect([routes.neighbor_path, pages, more]).toEqual([NEIGHBOR, 1, false]);
});

it('has as many pages as the edge with most routes needs, or as were asked for', () => {
  const answers = [edge('e1', 5), edge('e2', 3)];
  expect([0, 2, 4].map((offset) => pageOf(answers, { offset })).map(({ pages, more }) => [pages, more])).toEqual([
    [3, true],
    [3, true],
    [3, false],
  ]);
  expect(pageOf(answers, { most: 2 })).toMatchObject({ pages: 1, more: false });
});

it('tells an edge that did not answer from one without routes', () => {
  const { routes } = pageOf([edge('e1', 0), { node: 'e2', error: 'the node did not answer' }]);
  expect(routes.edge_node_routes.map(({ transport_node_id: node, routes: known }) => [node, known])).toEqual([
    ['e1', []],
    ['e2', undefined],
  ]);
});

it('is an error that says why where no edge answers, and no routes where no edge has a session', () => {
  expect(() => pageOf([{ node: 'e1', error: 'the node is not connected' }])).toThrow(
    'No edge that may have a session with the neighbor answers: the node is not connected.',
  );
  expect(pageOf([])).toMatchObject({ routes: { edge_node_routes: [] }, pages: 1, more: false });
});

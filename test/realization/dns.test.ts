import { expect, it } from 'vitest';
import type { DnsForwarder } from '../../src/realization/resources.pb.js';
import type { Fabric } from './fabric.js';
import { intent } from './network.js';
import { app, fabric, PLAIN, SERVICED } from './routed-network.js';

const zone = (id: string, fields: object) => intent(`/infra/dns-forwarder-zones/${id}`, { resource_type: 'PolicyDnsForwarderZone', ...fields });
const zones = [
  zone('all', { upstream_servers: ['192.0.2.53'], dns_domain_names: ['ignored.example'] }),
  zone('own', { upstream_servers: ['10.2.1.5'], dns_domain_names: ['corp.example'], source_ip: '10.2.1.1' }),
];
const forwarder = (gateway: string, fields: object = {}) =>
  intent(`${gateway}/dns-forwarder`, {
    resource_type: 'PolicyDnsForwarder',
    parent_path: gateway,
    listener_ip: '198.51.100.53',
    default_forwarder_zone_path: zones[0]?.path,
    conditional_forwarder_zone_paths: [zones[1]?.path],
    ...fields,
  });

function serverOn(network: Fabric, node: string): DnsForwarder | undefined {
  return network.graph
    .snapshot(node)
    .changes.flatMap(({ change }) => (change?.$case === 'put' && change.value.body?.$case === 'dnsForwarder' ? [change.value.body.value] : []))[0];
}

it('becomes a name server on the edges of its gateway, with the domains of each zone', () => {
  const network = fabric(forwarder(SERVICED, { log_level: 'WARNING' }), ...zones);
  expect(serverOn(network, 'e1')).toEqual({
    router: `${SERVICED}#service`,
    listener: '198.51.100.53',
    cacheKilobytes: 1024,
    zones: [
      { domains: [], servers: ['192.0.2.53'], source: '' },
      { domains: ['corp.example'], servers: ['10.2.1.5'], source: '10.2.1.1' },
    ],
    logQueries: false,
  });
  expect(serverOn(network, 'h1')).toBeUndefined();
  const question = { sourceAddress: '10.2.1.5', destinationAddress: '198.51.100.53', protocol: 17, destinationPort: 53 };
  expect(network.send(app, question)).toMatchObject({ verdict: 'ANSWERED', nodes: ['h1', 'e1'] });
  expect(network.send(app, { ...question, destinationPort: 80 }).verdict).not.toBe('ANSWERED');
});

it('gives its zones the state of the forwarders that use them', () => {
  const network = fabric(forwarder(SERVICED), ...zones);
  for (const { path } of zones) expect(network.graph.spanOf(path)).toEqual(['e1', 'e2']);
  network.commit(forwarder(SERVICED, { conditional_forwarder_zone_paths: [] }));
  expect(network.graph.spanOf(zones[1]?.path ?? '')).toEqual([]);
});

it('is nowhere while it is off, and an error on a gateway without edges', () => {
  expect(serverOn(fabric(forwarder(SERVICED, { enabled: false }), ...zones), 'e1')).toBeUndefined();
  const { graph } = fabric(forwarder(PLAIN), ...zones);
  expect(graph.realizedState(`${PLAIN}/dns-forwarder`)).toMatchObject({ state: 'ERROR', alarms: [{ code: 'EDGE_CLUSTER_MISSING' }] });
});

import { describe, expect, it } from 'vitest';
import { zoneOf } from '../../../src/agent/ovn/zone.js';
import { DnsForwarder, DnsRecords, Layer7Balancer, LayerSevenRule, type NodeResource, ResourceKind } from '../../../src/realization/resources.pb.js';
import { topology } from '../simulated/topology.js';

const NOON = new Date('2025-01-01T12:00:00Z');

function balancer(key: string, facts: Partial<Layer7Balancer>): NodeResource {
  const blank = Layer7Balancer.decode(new Uint8Array());
  const value = { ...blank, router: 't1-sr', address: '203.0.113.80', ports: ['80'], ...facts };
  return { kind: ResourceKind.LAYER7_BALANCER, key, version: '1', body: { $case: 'layer7Balancer', value } };
}

const rule = (phase: string): LayerSevenRule => ({ ...LayerSevenRule.decode(new Uint8Array()), phase });
const zone = (node: string, ...resources: readonly NodeResource[]) => zoneOf([...topology(), ...resources], node, NOON);

describe('names', () => {
  it('of a forwarder are behind the service router, which routes there what is for its addresses', () => {
    const zones = [{ domains: [], servers: ['192.0.2.1'], source: '203.0.113.54' }];
    const value = { ...DnsForwarder.decode(new Uint8Array()), router: 't1-sr', listener: '203.0.113.53', zones };
    const forwarder: NodeResource = { kind: ResourceKind.DNS_FORWARDER, key: 'f', version: '1', body: { $case: 'dnsForwarder', value } };
    expect(zone('e1', forwarder).sites).toMatchObject([{ router: 't1-sr', addresses: ['203.0.113.53', '203.0.113.54'] }]);
    expect([...(zone('e1', forwarder).sites[0]?.forwarders.keys() ?? [])]).toEqual(['f']);
    expect(zone('h1', forwarder).sites).toEqual([]);
  });

  it('of a switch are answered by OVN', () => {
    const value: DnsRecords = { logicalSwitch: 'web', records: [{ name: 'DB.example.', addresses: ['10.0.2.21', '2001:db8::21'] }] };
    const { rows } = zone('h1', { kind: ResourceKind.DNS_RECORDS, key: 'n', version: '1', body: { $case: 'dnsRecords', value } });
    expect(rows.find(({ table }) => table === 'DNS')).toMatchObject({ name: 'n', columns: { records: { 'db.example': '10.0.2.21 2001:db8::21' } } });
    expect(rows.find(({ table, name }) => table === 'Logical_Switch' && name === 'web')?.columns.dns_records).toMatchObject({ names: ['n'] });
  });
});

describe('layer-7 balancers', () => {
  it('are behind the service router on the edge that holds it, which routes their addresses there', () => {
    const { sites, rows } = zone('e1', balancer('a', {}), balancer('b', { ports: ['443'] }), balancer('c', { address: '203.0.113.81' }));
    expect(sites).toMatchObject([{ router: 't1-sr', addresses: ['203.0.113.80', '203.0.113.81'] }]);
    expect([...(sites[0]?.balancers.keys() ?? [])]).toEqual(['a', 'b', 'c']);
    const routes = rows.filter(({ table, name }) => table === 'Logical_Router_Static_Route' && name.endsWith('#site'));
    expect(routes.map(({ columns }) => columns.ip_prefix)).toEqual(['203.0.113.80', '203.0.113.81']);
    expect(rows.find(({ name }) => name === sites[0]?.attachment)).toMatchObject({ within: { name: 't1-sr#site' } });
  });

  it('of IPv6 are routed to by the other end of the same link', () => {
    const { sites, rows } = zone('e1', balancer('six', { address: '2001:db8::80' }), balancer('four', {}));
    expect(sites).toMatchObject([{ addresses: ['2001:db8::80', '203.0.113.80'] }]);
    const routes = rows.filter(({ table, name }) => table === 'Logical_Router_Static_Route' && name.endsWith('#site'));
    expect(routes.map(({ columns }) => columns.nexthop)).toEqual(['fd4d:6865:6464:6c65::2', '169.254.77.2']);
  });

  it('are nowhere else', () => {
    expect(zone('h1', balancer('a', {})).sites).toEqual([]);
  });

  it.each([['a rule of a phase that there is not', { rules: [rule('TRANSPORT')] }, 'rules of the phase TRANSPORT cannot be done']])(
    'with %s are refused, and the others go on',
    (_what, facts, reason) => {
      const { problems, sites } = zone('e1', balancer('good', {}), balancer('bad', facts));
      expect(problems).toMatchObject([{ resource: { key: 'bad' }, reason }]);
      expect([...(sites[0]?.balancers.keys() ?? [])]).toEqual(['good']);
    },
  );
});

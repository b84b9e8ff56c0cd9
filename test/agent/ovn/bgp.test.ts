import { describe, expect, it } from 'vitest';
import { bgpFlows } from '../../../src/agent/ovn/bgp-flows.js';
import { type LearnedRoute, learnedRoutesIn } from '../../../src/agent/ovn/learned-routes.js';
import { physicalBridge, physicalBridgeOperations } from '../../../src/agent/ovn/physical-bridges.js';
import { zoneOf } from '../../../src/agent/ovn/zone.js';
import { type BgpInstance, type NodeResource, ResourceKind, RouterPort_Role } from '../../../src/realization/resources.pb.js';
import { instance, neighbor } from '../frr/instances.js';
import { sw } from '../resources.js';
import { mac, route, routerPort, topology } from '../simulated/topology.js';
import { MemoryDatabase } from './present-rows.js';

const NOON = new Date('2025-01-01T12:00:00Z');

function vlanSwitch(key: string, vlan: number): NodeResource {
  const resource = sw(key, 1, 110);
  if (resource.body?.$case !== 'logicalSwitch') throw new Error('no switch');
  return { ...resource, body: { $case: 'logicalSwitch', value: { ...resource.body.value, vlans: [{ low: vlan, high: vlan }] } } };
}

function speaking(facts: Partial<BgpInstance> = {}): NodeResource[] {
  const value = instance({ neighbors: [neighbor()], ...facts });
  return [
    ...topology(),
    vlanSwitch('outside', 100),
    routerPort('up', { router: 't1-sr', mac: mac(9), networks: ['192.0.2.2/24'], logicalSwitch: 'outside', switchTunnelKey: 9, role: RouterPort_Role.UPLINK }),
    { kind: ResourceKind.BGP_INSTANCE, key: 'bgp', version: '1', body: { $case: 'bgpInstance', value } },
  ];
}

const zone = (resources: readonly NodeResource[], ...learned: readonly LearnedRoute[]) => {
  const [site] = zoneOf(resources, 'e1', NOON).speakers;
  return zoneOf(resources, 'e1', NOON, new Map(), new Map([[site?.name ?? '', learned]]));
};
const routes = (resources: readonly NodeResource[], ...learned: readonly LearnedRoute[]) =>
  zone(resources, ...learned)
    .rows.filter(({ table }) => table === 'Logical_Router_Static_Route')
    .map(({ columns, owner }) => `${columns.ip_prefix} ${columns.nexthop} ${columns.output_port} ${owner.key}`);

describe('BGP of a service router', () => {
  it('is spoken on the edge that holds it, from the uplink', () => {
    expect(zone(speaking()).speakers).toMatchObject([
      { router: 't1-sr', key: 'bgp', uplinks: [{ port: 'up', mac: mac(9), vlan: 100 }], peers: [{ source: '192.0.2.2', addresses: ['192.0.2.2'] }] },
    ]);
    expect(zoneOf(speaking(), 'h1', NOON).speakers).toEqual([]);
  });

  it('leaves neighbours to other edges that it has no way to', () => {
    const others = [neighbor({ address: '198.51.100.1' }), neighbor({ sourceAddresses: ['198.51.100.2'] })];
    expect(zone(speaking({ neighbors: others })).speakers).toMatchObject([{ peers: [] }]);
    expect(zone(speaking({ neighbors: [neighbor({ address: '198.51.100.1', hopLimit: 2 })] })).speakers[0]?.peers.length).toBe(1);
  });

  it.each([
    ['there is no uplink on a VLAN', speaking().filter(({ key }) => key !== 'outside'), 'BGP needs an uplink on a segment with a VLAN'],
    [
      'FRR cannot do it',
      speaking({ neighbors: [neighbor({ filters: [{ addressFamily: 'L2VPN_EVPN', enabled: true, in: '', out: '', maximumRoutes: 0 }] })] }),
      'L2VPN_EVPN',
    ],
  ])('is refused where %s', (_what, resources, reason) => {
    expect(zone(resources).problems).toMatchObject([{ resource: { key: 'bgp' }, reason: expect.stringContaining(reason) }]);
  });

  const device = zone(speaking()).speakers[0]?.uplinks[0]?.inside ?? '';
  const learned = (network: string, ...hops: readonly string[]): LearnedRoute => ({ network, nextHops: hops.map((address) => ({ address, device })) });

  it('brings the routes that it learns, several ways at once', () => {
    expect(routes(speaking(), learned('0.0.0.0/0', '192.0.2.1', '192.0.2.3'), learned('10.0.0.0/8'))).toEqual(
      expect.arrayContaining(['0.0.0.0/0 192.0.2.1 up bgp', '0.0.0.0/0 192.0.2.3 up bgp', '10.0.0.0/8 discard  bgp']),
    );
  });

  it('learns in place of a static route that FRR knows too, and not of another', () => {
    const stated = [...speaking(), route('static', 't1-sr', '0.0.0.0/0', '192.0.2.7'), route('inner', 't1-sr', '10.0.1.0/24', '169.254.0.1')];
    const found = routes(stated, learned('0.0.0.0/0', '192.0.2.1'), learned('10.0.1.0/24', '192.0.2.1')).filter((line) => !line.endsWith(' t1-default'));
    expect(found.filter((line) => line.startsWith('0.0.0.0/0'))).toEqual(['0.0.0.0/0 192.0.2.1 up bgp']);
    expect(found.filter((line) => line.startsWith('10.0.1.0/24'))).toEqual(['10.0.1.0/24 169.254.0.1  inner']);
    expect(zone(stated).speakers[0]?.routes).toContainEqual({ network: '0.0.0.0/0', nextHop: '192.0.2.7', distance: 1 });
  });
});

describe('next hops that BFD watches', () => {
  const watched = (address: string): NodeResource => {
    const resource = route('watched', 't1-sr', '198.51.100.0/24', address);
    if (resource.body?.$case !== 'staticRoute') throw new Error('no route');
    const nextHops = resource.body.value.nextHops.map((hop) => ({ ...hop, bfd: true, bfdTimers: { intervalMilliseconds: 300, multiplier: 4 } }));
    return { ...resource, body: { $case: 'staticRoute', value: { ...resource.body.value, nextHops } } };
  };
  const bfd = { intervalMilliseconds: 300, multiplier: 3 };
  const watches = (...resources: readonly NodeResource[]) => zone(resources).rows.filter(({ table }) => table === 'BFD');

  it('are watched by OVN from the uplink, each once', () => {
    const again = { ...watched('192.0.2.7'), key: 'again' };
    expect(watches(...speaking(), watched('192.0.2.7'), again)).toMatchObject([
      { columns: { logical_port: expect.stringMatching(/^up/), dst_ip: '192.0.2.7', min_tx: [300], min_rx: [300], detect_mult: [4] } },
    ]);
  });

  it('are not where they are inside, or BGP has BFD with them, which is said', () => {
    expect(watches(...speaking(), watched('169.254.0.1'))).toEqual([]);
    const found = zone([...speaking({ neighbors: [neighbor({ bfd })] }), watched('192.0.2.1')]);
    expect(found.rows.filter(({ table }) => table === 'BFD')).toEqual([]);
    expect(found.limits).toEqual(["watched: BFD with 192.0.2.1 is BGP's, and the route does not wait for it"]);
  });
});

describe('routes of the kernel', () => {
  it('are read with all of their ways', () => {
    const text = JSON.stringify([
      { dst: 'default', gateway: '192.0.2.1', dev: 'up' },
      {
        dst: '198.51.100.0/24',
        nexthops: [
          { gateway: '192.0.2.3', dev: 'up' },
          { gateway: '192.0.2.1', dev: 'up' },
        ],
      },
      { type: 'blackhole', dst: '10.0.0.0/8' },
      { dst: '192.0.2.53', gateway: '192.0.2.1', dev: 'up' },
    ]);
    expect(learnedRoutesIn(text, 4).map(({ network, nextHops }) => `${network} ${nextHops.map(({ address }) => address)}`)).toEqual([
      '0.0.0.0/0 192.0.2.1',
      '10.0.0.0/8 ',
      '192.0.2.53/32 192.0.2.1',
      '198.51.100.0/24 192.0.2.1,192.0.2.3',
    ]);
    expect(learnedRoutesIn('', 6)).toEqual([]);
  });
});

describe('flows between OVN and a physical network', () => {
  const sites = zone(speaking({ neighbors: [neighbor({ bfd: { intervalMilliseconds: 300, multiplier: 3 } })] })).speakers;
  const numbers: Readonly<Record<string, number>> = { outside: 1, [sites[0]?.uplinks[0]?.outside ?? '']: 2 };
  const flows = bgpFlows(sites, 'tz', 'outside', (port) => numbers[port]);

  it('take out what is between an uplink and its neighbour, and nothing else', () => {
    expect(flows).toEqual(
      expect.arrayContaining([
        'priority=0,actions=NORMAL',
        'priority=200,in_port=1,dl_vlan=100,tcp,tp_dst=179,nw_src=192.0.2.1,nw_dst=192.0.2.2,actions=strip_vlan,output:2',
        'priority=200,in_port=2,tcp,tp_dst=179,nw_src=192.0.2.2,nw_dst=192.0.2.1,actions=mod_vlan_vid:100,output:1',
        'priority=200,in_port=1,dl_vlan=100,udp,tp_dst=3784,nw_src=192.0.2.1,nw_dst=192.0.2.2,actions=strip_vlan,output:2',
        'priority=200,in_port=1,dl_vlan=100,arp,actions=NORMAL,strip_vlan,output:2',
        'priority=200,in_port=2,arp,arp_op=1,arp_spa=192.0.2.2,actions=mod_vlan_vid:100,output:1',
        'priority=100,in_port=2,actions=drop',
      ]),
    );
    expect(flows.filter((flow) => flow.includes('actions=NORMAL'))).toHaveLength(3);
  });

  it('leave all to OVN where nobody speaks BGP, or a port is not there yet', () => {
    expect(bgpFlows([], 'tz', 'outside', () => 1)).toEqual(['priority=0,actions=NORMAL']);
    expect(bgpFlows(sites, 'another', 'outside', () => 1)).toEqual(['priority=0,actions=NORMAL']);
    expect(bgpFlows(sites, 'tz', 'outside', (port) => (port === 'outside' ? 1 : undefined))).toEqual(['priority=0,actions=NORMAL']);
  });
});

describe('bridges between OVN and physical networks', () => {
  const bridges = new Map([['/zones/vlan', 'br-phy']]);
  const { name, outside } = physicalBridge('/zones/vlan');
  const machine = (): MemoryDatabase => {
    const rows = new MemoryDatabase();
    rows.insert('Open_vSwitch', { bridges: [rows.insert('Bridge', { name: 'br-phy', ports: [], datapath_type: 'netdev' })] });
    return rows;
  };

  it('are made once, with a name that the kernel takes, and a patch to the bridge of the administrator', () => {
    expect(name.length).toBeLessThanOrEqual(15);
    const rows = machine();
    rows.transact(physicalBridgeOperations(rows, bridges).filter(({ op }) => op === 'insert'));
    expect(rows.named('Bridge', name)).toMatchObject({ datapath_type: 'netdev' });
    expect(rows.named('Interface', outside)).toMatchObject({ type: 'patch', options: new Map([['peer', `${name}-inside`]]) });
    const made = rows.all('Port').findIndex((row) => row.name === `${name}-inside`);
    const uuid = [...rows.rows('Port').keys()][made] as string;
    Object.assign(rows.named('Bridge', 'br-phy'), { ports: [uuid] });
    expect(physicalBridgeOperations(rows, bridges)).toEqual([]);
  });

  it('go with the zone that they were for, and bridges of others stay', () => {
    const rows = machine();
    rows.transact(physicalBridgeOperations(rows, bridges).filter(({ op }) => op === 'insert'));
    const gone = physicalBridgeOperations(rows, new Map());
    expect(gone.filter(({ table }) => table === 'Open_vSwitch')).toHaveLength(2);
    expect(JSON.stringify(gone)).not.toContain('br-phy');
  });
});

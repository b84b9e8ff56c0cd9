import { beforeEach, describe, expect, it } from 'vitest';
import type { MemoryIntent } from '../memory-intent.js';
import { network, OVERLAY, POINT, VLAN } from './fabric.js';

let intent: MemoryIntent;
beforeEach(() => {
  intent = network();
  intent.patch('/infra/tier-1s/gw', {});
});

const routed = (address: string, gateway = '/infra/tier-1s/gw'): Record<string, unknown> => ({
  connectivity_path: gateway,
  subnets: [{ gateway_address: address }],
});

describe('a segment', () => {
  it('is told apart by how it is connected, and knows the network of its gateway', () => {
    expect(intent.patch('/infra/segments/alone', {})).toMatchObject({ type: 'DISCONNECTED', admin_state: 'UP', replication_mode: 'MTEP' });
    expect(intent.patch('/infra/segments/web', routed('10.1.2.3/24'))).toMatchObject({
      type: 'ROUTED',
      subnets: [{ gateway_address: '10.1.2.3/24', network: '10.1.2.0/24' }],
    });
    expect(intent.patch('/infra/segments/v6', routed('2001:db8:0:0::1/64'))).toMatchObject({ subnets: [{ network: '2001:db8::/64' }] });
    expect(intent.patch('/infra/segments/far', { l2_extension: { l2vpn_paths: ['/infra/l2vpn/x'] } })).toMatchObject({ type: 'EXTENDED' });
  });

  it('below a tier-1 is connected to it and to no other', () => {
    expect(intent.patch('/infra/tier-1s/gw/segments/own', {})).toMatchObject({ connectivity_path: '/infra/tier-1s/gw', type: 'ROUTED' });
    intent.patch('/infra/tier-1s/other', {});
    expect(() => intent.patch('/infra/tier-1s/gw/segments/own', { connectivity_path: '/infra/tier-1s/other' })).toThrow(/must be \/infra\/tier-1s\/gw/);
  });

  it('belongs to the default overlay zone unless it names one, and stays in its zone', () => {
    expect(intent.patch('/infra/segments/web', {})).toMatchObject({ transport_zone_path: OVERLAY });
    const other = `${POINT}/transport-zones/other`;
    intent.patch(other, { tz_type: 'OVERLAY_BACKED', is_default: true });
    expect(intent.read(OVERLAY)).toMatchObject({ is_default: false });
    expect(intent.read(VLAN)).toMatchObject({ is_default: true });
    expect(intent.patch('/infra/segments/next', {})).toMatchObject({ transport_zone_path: other });
    expect(intent.patch('/infra/segments/web', { description: 'changed' })).toMatchObject({ transport_zone_path: OVERLAY });
    expect(() => intent.patch('/infra/segments/web', { transport_zone_path: other })).toThrow(/cannot change/);
  });

  it('of a VLAN zone needs VLANs and takes no gateway', () => {
    expect(() => intent.patch('/infra/segments/up', { transport_zone_path: VLAN })).toThrow(/vlan_ids is needed/);
    intent.patch('/infra/segments/up', { transport_zone_path: VLAN, vlan_ids: ['100', '200-299'] });
    expect(() => intent.patch('/infra/segments/up', { vlan_ids: ['100'], ...routed('10.0.0.1/24') })).toThrow(/means nothing to a VLAN segment/);
  });

  it('has a tunnel key of its own: the one asked for, or one out of the way', () => {
    intent.patch('/infra/segments/a', { overlay_id: 1011 });
    expect(intent.held('/infra/segments/a', 'segment-key')).toEqual([1011n]);
    intent.patch('/infra/segments/b', {});
    const [free = 0n] = intent.held('/infra/segments/b', 'segment-key');
    expect(free).toBeGreaterThanOrEqual(0x10000n);
    expect(intent.read('/infra/segments/b').overlay_id).toBeUndefined();
    expect(() => intent.patch('/infra/segments/b', { overlay_id: 1011 })).toThrow(/is in use by \/infra\/segments\/a/);
    expect(() => intent.patch('/infra/segments/b', { overlay_id: 0xc00000 })).toThrow(/keys above belong to gateways/);
    expect(intent.patch('/infra/segments/a', { description: 'no longer asked for' })).toMatchObject({ overlay_id: 1011 });
    intent.patch('/infra/segments/a', { overlay_id: 2022 });
    expect(intent.held('/infra/segments/a', 'segment-key')).toEqual([2022n]);
    intent.patch('/infra/segments/b', { overlay_id: 1011 });
    intent.remove('/infra/segments/b');
    expect(intent.spaces('/infra/segments/b')).toEqual([]);
  });

  it('has a key on its gateway, which it gives back when it moves', () => {
    intent.patch('/infra/tier-0s/gw', {});
    intent.patch('/infra/segments/web', routed('10.0.0.1/24'));
    expect(intent.held('/infra/segments/web', 'router-port-key:/infra/tier-1s/gw')).toHaveLength(1);
    intent.patch('/infra/segments/web', routed('10.0.0.1/24', '/infra/tier-0s/gw'));
    expect(intent.spaces('/infra/segments/web')).toEqual(['connected:/infra/tier-0s/gw', 'router-port-key:/infra/tier-0s/gw', 'segment-key']);
    intent.patch('/infra/segments/web', { subnets: [{ gateway_address: '10.0.0.1/24' }] });
    expect(intent.spaces('/infra/segments/web')).toEqual(['segment-key']);
  });

  it.each([
    ['the network address', [{ gateway_address: '10.0.0.0/24' }], /network or the broadcast address/],
    ['the broadcast address', [{ gateway_address: '10.0.0.255/24' }], /network or the broadcast address/],
    [
      'subnets that overlap',
      [{ gateway_address: '10.0.0.1/24' }, { gateway_address: '10.0.0.129/25' }],
      /subnets\[1\].gateway_address overlaps with subnets\[0\]/,
    ],
    ['DHCP ranges outside', [{ gateway_address: '10.0.0.1/24', dhcp_ranges: ['10.0.0.250-10.0.1.5'] }], /dhcp_ranges\[0\] lies outside/],
    [
      'a DHCP server that is the gateway',
      [{ gateway_address: '10.0.0.1/24', dhcp_config: { resource_type: 'SegmentDhcpV4Config', server_address: '10.0.0.1/24' } }],
      /server_address must be an address of the subnet/,
    ],
    [
      'DHCP of the other family',
      [{ gateway_address: '10.0.0.1/24', dhcp_config: { resource_type: 'SegmentDhcpV6Config' } }],
      /resource_type is for the other address family/,
    ],
  ])('refuses %s', (_what, subnets, message) => {
    expect(() => intent.patch('/infra/segments/web', { subnets })).toThrow(message);
  });

  it('may have a gateway in a point-to-point network', () => {
    expect(intent.patch('/infra/segments/link', { subnets: [{ gateway_address: '10.0.0.0/31' }] })).toMatchObject({ type: 'DISCONNECTED' });
  });
});

describe('a routing domain', () => {
  it('has every address once; others may use it too', () => {
    intent.patch('/infra/segments/a', routed('10.0.0.1/24'));
    expect(() => intent.patch('/infra/segments/b', routed('10.0.0.129/25'))).toThrow(
      /subnets\[0\].gateway_address overlaps with 10.0.0.0\/24 of \/infra\/segments\/a/,
    );
    expect(() => intent.patch('/infra/segments/b', routed('10.0.1.1/16'))).toThrow(/overlaps/);
    intent.patch('/infra/segments/alone', { subnets: [{ gateway_address: '10.0.0.1/24' }] });
    intent.patch('/infra/tier-1s/other', {});
    intent.patch('/infra/segments/b', routed('10.0.0.1/24', '/infra/tier-1s/other'));
    intent.remove('/infra/segments/a');
    intent.patch('/infra/segments/c', routed('10.0.0.1/24'));
  });

  it('is shared by all tier-1s of a tier-0, whatever the order', () => {
    intent.patch('/infra/tier-0s/top', {});
    intent.patch('/infra/segments/a', routed('10.0.0.1/24'));
    intent.patch('/infra/tier-1s/gw', { tier0_path: '/infra/tier-0s/top' });
    intent.patch('/infra/tier-1s/other', { tier0_path: '/infra/tier-0s/top' });
    expect(() => intent.patch('/infra/segments/b', routed('10.0.0.1/24', '/infra/tier-1s/other'))).toThrow(/overlaps/);
    expect(() => intent.patch('/infra/segments/b', routed('10.0.0.1/24', '/infra/tier-0s/top'))).toThrow(/overlaps/);
    expect(() => intent.patch('/infra/segments/b', routed('100.64.3.1/24'))).toThrow(/overlaps with 100.64.0.0\/16 of \/infra\/tier-0s\/top/);
  });

  it('refuses a tier-1 that would bring the same addresses, and lets it go with what it has', () => {
    intent.patch('/infra/tier-0s/top', {});
    intent.patch('/infra/tier-1s/gw', { tier0_path: '/infra/tier-0s/top' });
    intent.patch('/infra/segments/a', routed('10.0.0.1/24'));
    intent.patch('/infra/tier-1s/other', {});
    intent.patch('/infra/segments/b', routed('10.0.0.1/24', '/infra/tier-1s/other'));
    expect(() => intent.patch('/infra/tier-1s/other', { tier0_path: '/infra/tier-0s/top' })).toThrow(
      /tier0_path would bring \/infra\/segments\/b together with 10.0.0.0\/24 of \/infra\/segments\/a/,
    );
    intent.patch('/infra/tier-1s/gw', {});
    intent.patch('/infra/tier-1s/other', { tier0_path: '/infra/tier-0s/top' });
    expect(intent.spaces('/infra/segments/b')).toContain('connected:/infra/tier-0s/top');
  });

  it('is found also where a body names the segment before its gateway', () => {
    intent.patch('/infra/tier-0s/top', {});
    intent.patch('/infra/segments/a', routed('10.0.0.1/24', '/infra/tier-0s/top'));
    const child = (id: string, address: string): Record<string, unknown> => ({
      resource_type: 'ChildSegment',
      Segment: { id, resource_type: 'Segment', ...routed(address, '/infra/tier-1s/late') },
    });
    const gateway = { resource_type: 'ChildTier1', Tier1: { id: 'late', resource_type: 'Tier1', tier0_path: '/infra/tier-0s/top' } };
    expect(() => intent.patch('/infra', { children: [child('b', '10.0.0.1/24'), gateway] })).toThrow(/overlaps/);
    expect(intent.paths('/infra/tier-1s/late')).toEqual([]);
    intent.patch('/infra', { children: [child('b', '10.0.1.1/24'), gateway] });
    expect(intent.spaces('/infra/segments/b')).toContain('connected:/infra/tier-0s/top');
  });

  it('counts interfaces too: by their own addresses, so that two edges can share an uplink subnet', () => {
    intent.patch('/infra/tier-0s/top', {});
    intent.patch('/infra/tier-0s/top/locale-services/default', {});
    intent.patch('/infra/segments/up', { transport_zone_path: VLAN, vlan_ids: ['10'] });
    const uplink = (id: string, address: string): void => {
      intent.patch(`/infra/tier-0s/top/locale-services/default/interfaces/${id}`, {
        segment_path: '/infra/segments/up',
        subnets: [{ ip_addresses: [address], prefix_len: 24 }],
      });
    };
    uplink('one', '192.168.1.2');
    uplink('two', '192.168.1.3');
    expect(() => uplink('three', '192.168.1.2')).toThrow(/ip_addresses\[0\] overlaps with 192.168.1.2\/32/);
    expect(() => intent.patch('/infra/segments/web', routed('192.168.1.1/24', '/infra/tier-0s/top'))).toThrow(/overlaps/);
    const path = '/infra/tier-0s/top/locale-services/default/interfaces/one';
    expect(intent.spaces(path)).toEqual([
      'connected:/infra/tier-0s/top',
      'interface-number',
      'port-key:/infra/segments/up',
      'router-port-key:/infra/tier-0s/top',
    ]);
  });
});

describe('an interface', () => {
  const path = '/infra/tier-0s/top/locale-services/default/interfaces/up';
  beforeEach(() => {
    intent.patch('/infra/tier-0s/top', {});
    intent.patch('/infra/tier-0s/top/locale-services/default', {});
  });

  it('attaches to a segment, unless it is a loopback', () => {
    const subnets = [{ ip_addresses: ['10.9.9.9'], prefix_len: 32 }];
    expect(() => intent.patch(path, { subnets })).toThrow(/segment_path is needed/);
    expect(intent.patch(path, { subnets, type: 'LOOPBACK' })).toMatchObject({ urpf_mode: 'STRICT' });
  });

  it('has prefixes that fit its addresses', () => {
    expect(() => intent.patch(path, { type: 'LOOPBACK', subnets: [{ ip_addresses: ['10.9.9.9'], prefix_len: 64 }] })).toThrow(/at most 32/);
  });
});

describe('a segment port', () => {
  beforeEach(() => {
    intent.patch('/infra/segments/web', {});
  });

  it('has a key on its segment that is not handed out again at once', () => {
    const port = (id: string): string => `/infra/segments/web/ports/${id}`;
    intent.patch(port('a'), {});
    const [key = 0n] = intent.held(port('a'), 'port-key:/infra/segments/web');
    expect(key).toBeGreaterThanOrEqual(16n);
    intent.remove(port('a'));
    intent.patch(port('b'), {});
    expect(intent.held(port('b'), 'port-key:/infra/segments/web')).not.toContain(key);
  });

  it('has its attachment to itself', () => {
    const attachment = { id: 'vif-1', type: 'INDEPENDENT' };
    intent.patch('/infra/segments/web/ports/a', { attachment });
    expect(() => intent.patch('/infra/segments/web/ports/b', { attachment })).toThrow(/attachment.id is plugged into \/infra\/segments\/web\/ports\/a already/);
    intent.patch('/infra/segments/web/ports/a', {});
    intent.patch('/infra/segments/web/ports/b', { attachment });
  });

  it('behind another says so', () => {
    expect(intent.patch('/infra/segments/web/ports/child', { attachment: { type: 'CHILD', id: 'c', context_id: 'vif-1', traffic_tag: 5 } })).toMatchObject({
      attachment: { context_type: 'PARENT', hyperbus_mode: 'DISABLE' },
    });
  });
});

import { beforeEach, describe, expect, it } from 'vitest';
import type { MemoryIntent } from '../memory-intent.js';
import { network } from './fabric.js';

let intent: MemoryIntent;
beforeEach(() => {
  intent = network();
  intent.patch('/infra/tier-0s/gw', {});
  intent.patch('/infra/tier-1s/gw', {});
});

describe('a NAT rule', () => {
  const rule = (id: string, section = 'USER'): string => `/infra/tier-1s/gw/nat/${section}/nat-rules/${id}`;

  it('has what its action needs', () => {
    expect(intent.patch(rule('out'), { action: 'SNAT', source_network: '10.0.0.0/8', translated_network: '192.0.2.1' })).toMatchObject({
      enabled: true,
      firewall_match: 'MATCH_INTERNAL_ADDRESS',
      sequence_number: 0,
    });
    intent.patch(rule('in'), { action: 'DNAT', destination_network: '192.0.2.2', translated_network: '10.0.0.2', translated_ports: '8080' });
    expect(() => intent.patch(rule('bad'), { action: 'SNAT' })).toThrow(/translated_network is needed by the action SNAT/);
    expect(() => intent.patch(rule('bad'), { action: 'DNAT', translated_network: '10.0.0.2' })).toThrow(/destination_network is needed/);
    expect(() => intent.patch(rule('bad'), { action: 'NO_SNAT', source_network: '10.0.0.1', translated_network: '10.0.0.2' })).toThrow(/means nothing/);
    expect(() => intent.patch(rule('bad'), { action: 'SNAT', translated_network: 'somewhere' })).toThrow(/translated_network must be addresses/);
  });

  it('for NAT64 has a section of its own', () => {
    const nat64 = { action: 'NAT64', source_network: '64:ff9b::/96', translated_network: '192.0.2.0/28' };
    expect(() => intent.patch(rule('six'), nat64)).toThrow(/wrong section/);
    intent.patch(rule('six', 'NAT64'), nat64);
    expect(() => intent.patch(rule('out', 'NAT64'), { action: 'SNAT', translated_network: '192.0.2.1' })).toThrow(/wrong section/);
  });

  it('cannot be in a section that does not exist', () => {
    expect(() => intent.patch('/infra/tier-1s/gw/nat/MINE', {})).toThrow(/only ones are INTERNAL, USER, DEFAULT, NAT64/);
  });
});

describe('a prefix list', () => {
  const list = '/infra/tier-0s/gw/prefix-lists/list';

  it('takes networks and ANY, with lengths within them', () => {
    expect(
      intent.patch(list, {
        prefixes: [
          { network: '4.4.0.0/20', ge: 20, le: 23 },
          { network: 'ANY', action: 'DENY' },
        ],
      }),
    ).toMatchObject({
      prefixes: [{ action: 'PERMIT' }, { action: 'DENY' }],
    });
    expect(() => intent.patch(list, { prefixes: [{ network: '4.4.0.0/20', ge: 16 }] })).toThrow(/prefixes\[0\].ge must be between 20 and 32/);
    expect(() => intent.patch(list, { prefixes: [{ network: '4.4.0.0/20', le: 33 }] })).toThrow(/prefixes\[0\].le must be between 20 and 32/);
    expect(() => intent.patch(list, { prefixes: [{ network: '2001:db8::/32', ge: 64, le: 48 }] })).toThrow(/le must be between 64 and 128/);
    expect(() => intent.patch(list, { prefixes: [] })).toThrow(/at least 1/);
  });
});

describe('a route map', () => {
  const map = '/infra/tier-0s/gw/route-maps/map';

  it('matches community lists by path, or communities by expression', () => {
    intent.patch('/infra/tier-0s/gw/community-lists/list', { communities: ['65001:12', '65001:1:2', 'NO_EXPORT'] });
    const match = (criteria: string): Record<string, unknown> => ({ action: 'PERMIT', community_list_matches: [{ criteria, match_operator: 'MATCH_ANY' }] });
    intent.patch(map, { entries: [match('/infra/tier-0s/gw/community-lists/list'), match('11:*')] });
    expect(() => intent.patch(map, { entries: [match('/infra/tier-0s/gw/community-lists/none')] })).toThrow(/does not exist/);
    expect(() => intent.remove('/infra/tier-0s/gw/community-lists/list')).toThrow(/refers to it/);
    expect(() => intent.patch(map, { entries: [match('11:1\nrouter bgp 1')] })).toThrow(/must match/);
  });

  it('prefers 100 where nothing else is said, and matches one way an entry', () => {
    intent.patch('/infra/tier-0s/gw/prefix-lists/list', { prefixes: [{ network: 'ANY' }] });
    expect(intent.patch(map, { entries: [{ action: 'PERMIT', set: { med: 20 } }] })).toMatchObject({ entries: [{ set: { local_preference: 100, med: 20 } }] });
    const both = { prefix_list_matches: ['/infra/tier-0s/gw/prefix-lists/list'], community_list_matches: [{ criteria: '11:22' }] };
    expect(() => intent.patch(map, { entries: [{ action: 'DENY', ...both }] })).toThrow(/entries\[0\].community_list_matches cannot stand beside/);
  });
});

describe('a community list', () => {
  it.each(['70000:1', '1:2:3:4', 'SOMETHING', '65001:4294967296:1'])('refuses %s', (community) => {
    expect(() => intent.patch('/infra/tier-0s/gw/community-lists/list', { communities: [community] })).toThrow(/must be a BGP community/);
  });
});

describe('a static route', () => {
  it('leads to a network of the same family as its next hops', () => {
    const route = '/infra/tier-0s/gw/static-routes/out';
    expect(intent.patch(route, { network: '0.0.0.0/0', next_hops: [{ ip_address: '192.0.2.1' }] })).toMatchObject({ next_hops: [{ admin_distance: 1 }] });
    expect(() => intent.patch(route, { network: '::/0', next_hops: [{ ip_address: '192.0.2.1' }] })).toThrow(
      /next_hops\[0\].ip_address must be an IPv6 address/,
    );
  });

  it('is watched by peers that have a collection beside the routes', () => {
    intent.patch('/infra/tier-0s/gw/static-routes/bfd-peers/peer', { peer_address: '192.0.2.1', bfd_profile_path: '/infra/bfd-profiles/default' });
    expect(intent.read('/infra/tier-0s/gw/static-routes/bfd-peers/peer')).toMatchObject({
      resource_type: 'StaticRouteBfdPeer',
      parent_path: '/infra/tier-0s/gw',
      enabled: true,
    });
  });
});

describe('a BGP neighbour', () => {
  it('has the timers that clients count on', () => {
    intent.patch('/infra/tier-0s/gw/locale-services/default', {});
    const path = '/infra/tier-0s/gw/locale-services/default/bgp/neighbors/tor';
    const neighbor = intent.patch(path, { neighbor_address: '192.0.2.1', remote_as_num: '65001', bfd: { enabled: true } });
    expect(neighbor).toMatchObject({ keep_alive_time: 60, hold_down_time: 180, maximum_hop_limit: 1, enabled: true, bfd: { interval: 500, multiple: 3 } });
    for (const number of ['0', '4294967296', '1.70000', 'x']) {
      expect(() => intent.patch(path, { neighbor_address: '192.0.2.1', remote_as_num: number }), number).toThrow(/must be an AS number/);
    }
  });
});

describe('DHCP', () => {
  it('servers have an address, also where nobody gives them one', () => {
    expect(intent.patch('/infra/dhcp-server-configs/a', {})).toMatchObject({ server_addresses: ['100.96.0.1/30'], lease_time: 86400 });
    expect(intent.patch('/infra/dhcp-server-configs/b', { server_address: '10.0.0.2/24' })).toMatchObject({ server_addresses: ['10.0.0.2/24'] });
  });

  it('bindings give out addresses of the segment, each once', () => {
    intent.patch('/infra/segments/web', { subnets: [{ gateway_address: '10.0.0.1/24' }] });
    const bind = (id: string, address: string): unknown =>
      intent.patch(`/infra/segments/web/dhcp-static-binding-configs/${id}`, {
        resource_type: 'DhcpV4StaticBindingConfig',
        mac_address: '02:00:00:00:00:01',
        ip_address: address,
      });
    expect(bind('a', '10.0.0.10')).toMatchObject({ lease_time: 86400 });
    expect(() => bind('b', '10.0.0.10')).toThrow(/ip_address is given out by \/infra\/segments\/web\/dhcp-static-binding-configs\/a already/);
    expect(() => bind('b', '10.0.1.10')).toThrow(/lies outside the subnets/);
    expect(() => intent.patch('/infra/segments/web/dhcp-static-binding-configs/c', { mac_address: '02:00:00:00:00:01' })).toThrow(
      /resource_type must be one of/,
    );
  });
});

describe('a spoof guard profile', () => {
  it('answers both names of its switch', () => {
    expect(intent.patch('/infra/spoofguard-profiles/new', { address_binding_allowlist: true })).toMatchObject({ address_binding_whitelist: true });
    expect(intent.patch('/infra/spoofguard-profiles/old', { address_binding_whitelist: true })).toMatchObject({ address_binding_allowlist: true });
  });
});

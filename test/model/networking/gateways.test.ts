import { beforeEach, describe, expect, it } from 'vitest';
import type { MemoryIntent } from '../memory-intent.js';
import { CLUSTER, network } from './fabric.js';

let intent: MemoryIntent;
beforeEach(() => {
  intent = network();
});

describe('a gateway', () => {
  it.each([
    ['tier-0s', 'tier0', ['IDPS', 'IDFW']],
    ['tier-1s', 'tier1', ['IDPS', 'IDFW', 'MALWAREPREVENTION', 'TLS']],
  ])('of %s comes with NAT sections, inspections that are off, and a policy that allows the rest', (collection, kind, inspections) => {
    const path = `/infra/${collection}/gw`;
    intent.patch(path, {});
    expect(intent.paths(`${path}/`)).toEqual(['DEFAULT', 'INTERNAL', 'NAT64', 'USER'].map((id) => `${path}/nat/${id}`).concat(`${path}/security-config`));
    expect(intent.read(`${path}/nat/USER`)).toMatchObject({ nat_type: 'USER', display_name: 'USER', _system_owned: true });
    expect(intent.read(`${path}/security-config`).features).toEqual(inspections.map((feature) => ({ feature, enable: false })));
    const policy = `/infra/domains/default/gateway-policies/Policy_Default_Infra-${kind}-gw`;
    expect(intent.read(policy)).toMatchObject({ category: 'Default', is_default: true, display_name: `Policy_Default_Infra-${kind}-gw` });
    expect(intent.read(`${policy}/rules/default_rule`)).toMatchObject({ action: 'ALLOW', scope: [path], is_default: true });
    intent.remove(path);
    expect(intent.paths(policy)).toEqual([]);
    expect(intent.paths(path)).toEqual([]);
  });

  it('uses the default IPv6 profile of each kind that it does not name itself', () => {
    expect(intent.patch('/infra/tier-1s/gw', {}).path).toBe('/infra/tier-1s/gw');
    expect(intent.read('/infra/tier-1s/gw').ipv6_profile_paths).toEqual(['/infra/ipv6-ndra-profiles/default', '/infra/ipv6-dad-profiles/default']);
    intent.patch('/infra/ipv6-dad-profiles/strict', { dad_mode: 'STRICT' });
    intent.patch('/infra/tier-1s/gw', { ipv6_profile_paths: ['/infra/ipv6-dad-profiles/strict'] });
    expect(intent.read('/infra/tier-1s/gw').ipv6_profile_paths).toEqual(['/infra/ipv6-dad-profiles/strict', '/infra/ipv6-ndra-profiles/default']);
  });

  it('has a block of tunnel keys of its own that stays, and that is not handed out again at once', () => {
    intent.patch('/infra/tier-1s/a', {});
    const [first] = intent.held('/infra/tier-1s/a', 'gateway-block');
    intent.patch('/infra/tier-1s/a', { description: 'changed' });
    expect(intent.held('/infra/tier-1s/a', 'gateway-block')).toEqual([first]);
    intent.remove('/infra/tier-1s/a');
    intent.patch('/infra/tier-1s/b', {});
    expect(intent.held('/infra/tier-1s/b', 'gateway-block')).not.toEqual([first]);
  });
});

describe('a tier-1', () => {
  const path = '/infra/tier-1s/gw';

  it('has a mode once it has edges, in the same version', () => {
    expect(intent.patch(path, {}).ha_mode).toBeUndefined();
    const services = { resource_type: 'ChildLocaleServices', LocaleServices: { id: 'default', edge_cluster_path: CLUSTER } };
    intent.patch(path, { children: [services] });
    expect(intent.read(path)).toMatchObject({ ha_mode: 'ACTIVE_STANDBY', _revision: 1 });
    intent.patch(path, { description: 'says nothing of the mode' });
    expect(intent.read(path)).toMatchObject({ ha_mode: 'ACTIVE_STANDBY', _revision: 2 });
  });

  it('keeps the mode that it was given', () => {
    intent.patch(path, { ha_mode: 'ACTIVE_ACTIVE' });
    intent.patch(`${path}/locale-services/default`, { edge_cluster_path: CLUSTER });
    expect(intent.read(path)).toMatchObject({ ha_mode: 'ACTIVE_ACTIVE', _revision: 0 });
  });
});

describe('a tier-0', () => {
  it('has transit subnets, and internal ones that fit its kind of availability', () => {
    intent.patch('/infra/tier-0s/all', {});
    expect(intent.read('/infra/tier-0s/all')).toMatchObject({
      ha_mode: 'ACTIVE_ACTIVE',
      transit_subnets: ['100.64.0.0/16'],
      vrf_transit_subnets: ['169.254.2.0/23'],
      internal_transit_subnets: ['169.254.0.0/24'],
      disable_firewall: false,
    });
    intent.patch('/infra/tier-0s/one', { ha_mode: 'ACTIVE_STANDBY' });
    expect(intent.read('/infra/tier-0s/one').internal_transit_subnets).toEqual(['169.254.0.0/28']);
  });

  it('gives each tier-1 a slice of its transit subnets, and takes it back when the tier-1 leaves', () => {
    for (const id of ['a', 'b']) intent.patch(`/infra/tier-0s/${id}`, { transit_subnets: ['100.64.0.0/27'] });
    for (const id of ['x', 'y']) intent.patch(`/infra/tier-1s/${id}`, { tier0_path: '/infra/tier-0s/a' });
    expect(intent.held('/infra/tier-1s/x', 'transit:/infra/tier-0s/a')).toEqual([0n]);
    expect(intent.held('/infra/tier-1s/y', 'transit:/infra/tier-0s/a')).toEqual([1n]);
    expect(() => intent.patch('/infra/tier-1s/z', { tier0_path: '/infra/tier-0s/a' })).toThrow(/No number is left/);
    intent.patch('/infra/tier-1s/x', { tier0_path: '/infra/tier-0s/b' });
    expect(intent.spaces('/infra/tier-1s/x')).toContain('transit:/infra/tier-0s/b');
    expect(intent.spaces('/infra/tier-1s/x')).not.toContain('transit:/infra/tier-0s/a');
    intent.patch('/infra/tier-1s/z', { tier0_path: '/infra/tier-0s/a' });
    expect(() => intent.patch('/infra/tier-0s/a', { transit_subnets: ['100.64.0.0/28'] })).toThrow(/leaves no addresses for the link to \/infra\/tier-1s\/y/);
  });

  it('cannot be a VRF of itself or of another VRF', () => {
    intent.patch('/infra/tier-0s/carrier', {});
    intent.patch('/infra/tier-0s/vrf', { vrf_config: { tier0_path: '/infra/tier-0s/carrier' } });
    expect(() => intent.patch('/infra/tier-0s/deeper', { vrf_config: { tier0_path: '/infra/tier-0s/vrf' } })).toThrow(/no VRF itself/);
    expect(() => intent.patch('/infra/tier-0s/carrier', { vrf_config: { tier0_path: '/infra/tier-0s/carrier' } })).toThrow(/no VRF itself/);
  });
});

describe('locale services', () => {
  const services = '/infra/tier-0s/gw/locale-services/default';

  it('of a tier-0 whose edges all forward come with BGP that is on', () => {
    intent.patch('/infra/tier-0s/gw', {});
    expect(intent.patch(services, { edge_cluster_path: CLUSTER }).display_name).toBe('default');
    expect(intent.read(`${services}/bgp`)).toMatchObject({
      id: 'bgp',
      enabled: true,
      local_as_num: '65000',
      ecmp: true,
      multipath_relax: true,
      inter_sr_ibgp: true,
      graceful_restart_config: { mode: 'HELPER_ONLY', timer: { restart_timer: 180, stale_route_timer: 600 } },
    });
    expect(intent.read(`${services}/ospf`)).toMatchObject({ enabled: false, ecmp: true });
  });

  it('of a tier-0 with a standby come with BGP that is off and has no AS number', () => {
    intent.patch('/infra/tier-0s/gw', { ha_mode: 'ACTIVE_STANDBY' });
    intent.patch(services, {});
    expect(intent.read(`${services}/bgp`)).toMatchObject({ enabled: false, inter_sr_ibgp: false });
    expect(intent.read(`${services}/bgp`).local_as_num).toBeUndefined();
    expect(() => intent.patch(`${services}/bgp`, { enabled: true })).toThrow(/local_as_num is needed/);
    expect(intent.patch(`${services}/bgp`, { local_as_num: '1.10' })).toMatchObject({ enabled: true });
  });

  it('of a VRF leave the AS number to the tier-0 that carries it', () => {
    intent.patch('/infra/tier-0s/carrier', {});
    intent.patch('/infra/tier-0s/gw', { vrf_config: { tier0_path: '/infra/tier-0s/carrier' } });
    intent.patch(services, {});
    expect(intent.read(`${services}/bgp`)).toMatchObject({ enabled: true });
    expect(intent.read(`${services}/bgp`).local_as_num).toBeUndefined();
  });

  it('take the BGP that the same body brings', () => {
    intent.patch('/infra', {
      children: [
        {
          resource_type: 'ChildTier0',
          Tier0: {
            id: 'gw',
            resource_type: 'Tier0',
            children: [
              {
                resource_type: 'ChildLocaleServices',
                LocaleServices: {
                  id: 'default',
                  resource_type: 'LocaleServices',
                  edge_cluster_path: CLUSTER,
                  children: [
                    {
                      resource_type: 'ChildBgpRoutingConfig',
                      BgpRoutingConfig: { id: 'bgp', resource_type: 'BgpRoutingConfig', local_as_num: '60000', ecmp: false },
                    },
                  ],
                },
              },
            ],
          },
        },
      ],
    });
    expect(intent.read(`${services}/bgp`)).toMatchObject({ local_as_num: '60000', ecmp: false, enabled: true });
  });

  it('prefer only edges of their cluster', () => {
    intent.patch('/infra/tier-0s/gw', {});
    intent.patch(services, { edge_cluster_path: CLUSTER, preferred_edge_paths: [`${CLUSTER}/edge-nodes/edge-2`] });
    intent.patch(CLUSTER.replace('/edges', '/others'), {});
    expect(() =>
      intent.patch(services, { edge_cluster_path: CLUSTER.replace('/edges', '/others'), preferred_edge_paths: [`${CLUSTER}/edge-nodes/edge-2`] }),
    ).toThrow(/preferred_edge_paths\[0\] must name a member/);
  });

  it('of a tier-1 have no routing protocols', () => {
    intent.patch('/infra/tier-1s/gw', {});
    intent.patch('/infra/tier-1s/gw/locale-services/default', {});
    expect(intent.paths('/infra/tier-1s/gw/locale-services/')).toEqual(['/infra/tier-1s/gw/locale-services/default']);
  });
});

describe('an edge node', () => {
  it('keeps its number while others come and go', () => {
    const node = (id: string): string => `${CLUSTER}/edge-nodes/${id}`;
    expect(intent.read(node('edge-1'))).toMatchObject({ member_index: 0 });
    expect(intent.read(node('edge-2'))).toMatchObject({ member_index: 1 });
    intent.remove(node('edge-1'));
    expect(intent.patch(node('edge-2'), { description: 'changed' })).toMatchObject({ member_index: 1 });
    expect(intent.patch(node('edge-3'), {})).toMatchObject({ member_index: 0 });
    expect(intent.read(node('edge-3')).nsx_id).toBe(intent.read(node('edge-3')).unique_id);
  });
});

import { OVERLAY_ZONE } from '../lab.js';
import { routing, TIER1 } from './routing.js';
import type { Scenario } from './scenario.js';
import { attach } from './segments.js';

export const [FIRST, SECOND] = ['/infra/segments/six-a', '/infra/segments/six-b'] as const;
const POLICY = '/infra/domains/default/security-policies/six';
/** What the second workload makes of the announced prefix and its MAC address. */
const AUTOCONFIGURED = 'fd00:1:2:0:0:ff:fe06:12';

/** IPv6: routing across hosts, addresses that workloads give themselves, and the firewall. */
export const ipv6: Scenario = {
  title: 'IPv6',
  name: 'ipv6',
  after: [routing],
  async run(lab, expect) {
    const { manager } = lab;
    await manager.patch(FIRST, { transport_zone_path: OVERLAY_ZONE, connectivity_path: TIER1, subnets: [{ gateway_address: 'fd00:1:1::1/64' }] });
    await manager.patch(SECOND, {
      transport_zone_path: OVERLAY_ZONE,
      connectivity_path: TIER1,
      subnets: [{ gateway_address: 'fd00:1:2::1/64' }],
      advanced_config: { ndra_profile_path: '/infra/ipv6-ndra-profiles/default' },
    });
    const first = lab.addWorkload({ name: 'six1', mac: '02:00:00:06:00:11', addresses: ['fd00:1:1::11/64'], gateway: 'fd00:1:1::1' }, 'h1');
    const second = lab.addWorkload({ name: 'six2', mac: '02:00:00:06:00:12', addresses: [], silent: true }, 'h2');
    await expect.realized(FIRST, SECOND, await attach(lab, FIRST, 'six1'), await attach(lab, SECOND, 'six2'));
    await expect.soon('six1 reaches its gateway', () => first.pings('fd00:1:1::1') === 1);
    await expect.soon('six2 has an address by router advertisement, and reaches six1 on the other host', () => second.pings('fd00:1:1::11') === 1);
    await expect.soon('six1 reaches six2', () => first.pings(AUTOCONFIGURED) === 1);
    await manager.patch(POLICY, {
      category: 'Application',
      rules: [
        {
          id: 'echo',
          resource_type: 'Rule',
          source_groups: ['fd00:1:1::/64'],
          service_entries: [{ resource_type: 'ICMPTypeServiceEntry', id: 'echo', protocol: 'ICMPv6', icmp_type: 128 }],
          action: 'DROP',
        },
      ],
    });
    await expect.realized(POLICY, `${POLICY}/rules/echo`);
    await expect.now('six1 does not reach six2 while a rule drops its echo requests', () => first.pings(AUTOCONFIGURED, 2) === 0);
    await expect.soon('six2 still reaches six1', () => second.pings('fd00:1:1::11') === 1);
    await manager.delete(POLICY);
    await expect.soon('six1 reaches six2 without the rule', () => first.pings(AUTOCONFIGURED) === 1);
  },
};

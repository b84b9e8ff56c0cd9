import { describe, expect, it } from 'vitest';
import { type CountedPolicy, policyStatistics } from '../../src/insight/rule-statistics.js';
import { trafficOf } from '../../src/insight/segment-statistics.js';
import { discovered, givenByDhcp } from '../../src/insight/state.controller.js';
import type { PolicyObject } from '../../src/model/policy-object.js';
import type { Rule } from '../../src/model/security/rule.resource.js';
import type { WorkloadInterface } from '../../src/realization/contract.js';

const POLICY = '/infra/domains/default/security-policies/shop';
const rule = (id: string, action: string, number: number) => ({ path: `${POLICY}/rules/${id}`, action, rule_id: number }) as Rule & PolicyObject;
const policy = (stateful: boolean) => ({ path: POLICY, realization_id: 'r', stateful }) as unknown as CountedPolicy;

describe('statistics of rules', () => {
  const figures = { at: 1, rules: [{ rule: `${POLICY}/rules/a`, packets: 9, bytes: 900, hits: 2 }], ports: [] };

  it('say what each rule has met, and nothing of a rule that was never met', () => {
    const { statistics } = policyStatistics(policy(true), [rule('a', 'ALLOW', 1001), rule('b', 'DROP', 1002)], figures);
    expect(statistics).toEqual({
      internal_section_id: 'r',
      result_count: 2,
      results: [
        { rule: `${POLICY}/rules/a`, internal_rule_id: '1001', hit_count: 2, packet_count: 9, byte_count: 900, session_count: 2 },
        { rule: `${POLICY}/rules/b`, internal_rule_id: '1002', hit_count: 0, packet_count: 0, byte_count: 0 },
      ],
    });
  });

  it('count sessions only where the switch keeps track of them', () => {
    const [counted] = policyStatistics(policy(false), [rule('a', 'ALLOW', 1001)], figures).statistics.results;
    expect(counted).not.toHaveProperty('session_count');
  });
});

describe('statistics of ports', () => {
  const port = { port: 'p', packetsIn: 5, packetsOut: 7, packetsInDropped: 1, packetsOutDropped: 2 };

  it('tell what a workload sent from what it was sent', () => {
    expect(trafficOf({ at: 3, rules: [], ports: [{ ...port, bytesIn: 500, bytesOut: 700 }, port] })).toEqual({
      last_update_timestamp: 3,
      rx_packets: { total: 14, dropped: 4 },
      tx_packets: { total: 10, dropped: 2 },
      rx_bytes: { total: 700 },
      tx_bytes: { total: 500 },
    });
  });

  it('leave out what nobody counts', () => {
    expect(trafficOf({ at: 3, rules: [], ports: [port] })).not.toHaveProperty('rx_bytes');
    expect(trafficOf({ at: undefined, rules: [], ports: [] })).toEqual({});
  });
});

describe('addresses of ports', () => {
  const one = { mac: '02:00:00:00:00:11', addresses: ['10.0.0.1', '10.0.0.2'] } as unknown as WorkloadInterface;

  it('are discovered where a node reports them and nobody stated them', () => {
    expect(discovered([{ ip_address: '10.0.0.1' }], [one, undefined], [])).toEqual([
      { binding: { ip_address: '10.0.0.2', mac_address: '02:00:00:00:00:11' }, source: 'UNKNOWN' },
    ]);
  });

  it('come from DHCP where it gives them, seen or not', () => {
    expect(discovered([], [one], ['10.0.0.2']).map(({ source }) => source)).toEqual(['UNKNOWN', 'DHCP_SNOOPING']);
    expect(givenByDhcp(['10.0.0.2', '2001:db8::2'], [undefined, one])).toEqual([
      { binding: { ip_address: '10.0.0.2', mac_address: '02:00:00:00:00:11' }, source: 'DHCP_SNOOPING' },
      { binding: { ip_address: '2001:db8::2', mac_address: '02:00:00:00:00:11' }, source: 'DHCPV6_SNOOPING' },
    ]);
  });
});

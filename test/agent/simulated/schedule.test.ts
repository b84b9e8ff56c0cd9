import { describe, expect, it } from 'vitest';
import { isInForce } from '../../../src/agent/simulated/schedule.js';
import type { FirewallRuleSet_Schedule } from '../../../src/realization/resources.pb.js';

const WEEK: FirewallRuleSet_Schedule = { localTime: false, firstDay: '2025-03-03', lastDay: '2025-03-09', days: [1, 3], fromMinute: 8 * 60, toMinute: 17 * 60 };
const ONCE: FirewallRuleSet_Schedule = { ...WEEK, days: [] };

describe('rules with a schedule count', () => {
  it.each([
    ['on a day of the week, within its hours', WEEK, '2025-03-05T12:00:00Z', true],
    ['not before the hour', WEEK, '2025-03-05T07:59:00Z', false],
    ['not after the hour', WEEK, '2025-03-05T17:01:00Z', false],
    ['not on another day', WEEK, '2025-03-04T12:00:00Z', false],
    ['not in another week', WEEK, '2025-03-12T12:00:00Z', false],
    ['from the first day on', ONCE, '2025-03-03T08:00:00Z', true],
    ['not earlier on the first day', ONCE, '2025-03-03T07:00:00Z', false],
    ['through the night between', ONCE, '2025-03-05T02:00:00Z', true],
    ['not later on the last day', ONCE, '2025-03-09T18:00:00Z', false],
  ])('%s', (_, schedule, at, wanted) => {
    expect(isInForce(schedule, new Date(at))).toBe(wanted);
  });

  it("by the clock on the node's wall where they say so", () => {
    const at = new Date(2025, 2, 5, 12, 0);
    expect(isInForce({ ...WEEK, localTime: true, fromMinute: 11 * 60 + 30, toMinute: 12 * 60 + 30 }, at)).toBe(true);
  });
});

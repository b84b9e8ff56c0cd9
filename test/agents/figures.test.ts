import { expect, it } from 'vitest';
import { type CountersReport, figuresOf } from '../../src/agents/figures.js';
import type { Counters_PortCounter } from '../../src/agents/session.pb.js';

const POLICY = '/infra/domains/default/security-policies/shop';

const port = (key: string, packetsIn: number, bytesIn?: number): Counters_PortCounter => ({
  port: key,
  packetsIn,
  packetsOut: 1,
  packetsInDropped: 0,
  packetsOutDropped: 0,
  ...(bytesIn === undefined ? {} : { bytesIn }),
});

const report = (at: number, rules: readonly [string, number][], ports: readonly Counters_PortCounter[] = []): CountersReport => ({
  at,
  counters: { since: 0, rules: rules.map(([rule, packets]) => ({ rule, packets, bytes: packets * 10, hits: 1 })), ports },
});

it('adds up what nodes have counted below a path', () => {
  const reports = [
    report(5, [[`${POLICY}/rules/a`, 3]]),
    report(7, [
      [`${POLICY}/rules/a`, 4],
      [`${POLICY}/rules/b`, 1],
    ]),
    report(9, [[`${POLICY}-2/rules/a`, 100]]),
  ];
  expect(figuresOf(POLICY, reports)).toEqual({
    at: 7,
    rules: [
      { rule: `${POLICY}/rules/a`, packets: 7, bytes: 70, hits: 2 },
      { rule: `${POLICY}/rules/b`, packets: 1, bytes: 10, hits: 1 },
    ],
    ports: [],
  });
  expect(figuresOf(`${POLICY}/rules/b`, reports).rules).toHaveLength(1);
});

it('leaves out what no engine counts, and takes what one of two does', () => {
  const key = '/infra/segments/web/ports/p1';
  const [only] = figuresOf('/infra/segments/web', [report(1, [], [port(key, 2)])]).ports;
  expect(only).not.toHaveProperty('bytesIn');
  expect(figuresOf(key, [report(1, [], [port(key, 2)]), report(2, [], [port(key, 3, 30)])]).ports).toMatchObject([{ packetsIn: 5, bytesIn: 30 }]);
});

it('says that nobody has counted anything', () => {
  expect(figuresOf(POLICY, [report(5, [[`${POLICY}-2/rules/a`, 1]])])).toEqual({ at: undefined, rules: [], ports: [] });
});

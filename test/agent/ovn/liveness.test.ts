import { expect, it } from 'vitest';
import { Liveness, type WatchedTunnel } from '../../../src/agent/ovn/liveness.js';

const UP: WatchedTunnel = { up: true, answered: true, fellow: false };
const DOWN: WatchedTunnel = { ...UP, up: false };
const NEW: WatchedTunnel = { ...DOWN, answered: false };

/** What a node finds when it looks at these moments, in seconds. */
function found(...looks: readonly (readonly [seconds: number, tunnels: Readonly<Record<string, WatchedTunnel>>])[]): string[] {
  const liveness = new Liveness('own');
  return looks.map(([seconds, tunnels]) => [...liveness.look(new Map(Object.entries(tunnels)), seconds * 1_000).dead].sort().join());
}

it('takes a node that stops answering for dead at once, and uses it again when it has lived for two seconds', () => {
  expect(found([0, { e1: UP }], [1, { e1: DOWN }], [9, { e1: UP }], [10.9, { e1: UP }], [11, { e1: UP }])).toEqual(['', 'e1', 'e1', 'e1', '']);
});

it('stands in for a fellow until everybody else uses it again', () => {
  const [up, down] = [UP, DOWN].map((tunnel) => ({ e1: { ...tunnel, fellow: true } }));
  expect(found([0, up ?? {}], [1, down ?? {}], [2, up ?? {}], [4.5, up ?? {}], [7, up ?? {}])).toEqual(['', 'e1', 'e1', 'e1', '']);
});

it('gives a tunnel over which nobody has answered five seconds', () => {
  expect(found([0, { e1: NEW }], [4.9, { e1: NEW }], [5, { e1: NEW }], [6, { e1: UP }])).toEqual(['', '', 'e1', 'e1']);
});

it('takes nobody for dead because Open vSwitch of its own node was started anew', () => {
  expect(found([0, { e1: UP, e2: UP }], [1, { e1: NEW, e2: NEW }], [2, { e1: UP, e2: NEW }], [3, { e1: UP, e2: UP }])).toEqual(['', '', '', '']);
});

it('knows who was dead before its agent was started anew', () => {
  expect(found([0, { e1: DOWN, e2: UP }])).toEqual(['e1']);
});

it('counts itself among the dead when it has lost everybody, and nobody else once it is back', () => {
  const looks = found([0, { e1: UP, h1: UP }], [1, { e1: DOWN, h1: UP }], [1.1, { e1: DOWN, h1: DOWN }], [5, { e1: DOWN, h1: UP }], [6, { e1: UP, h1: UP }]);
  expect(looks).toEqual(['', 'e1', 'e1,h1,own', '', '']);
});

it('does not take itself for cut off when the only other one dies, or one that never answers is all that is left', () => {
  expect(found([0, { e1: UP }], [1, { e1: DOWN }])).toEqual(['', 'e1']);
  expect(found([0, { e1: UP, h9: NEW }], [9, { e1: DOWN, h9: NEW }])).toEqual(['', 'e1,h9']);
});

it('says when to look again', () => {
  const liveness = new Liveness('own');
  const at = (now: number, tunnel: WatchedTunnel) => liveness.look(new Map([['e1', tunnel]]), now).again;
  expect([at(0, NEW), at(2_000, NEW), at(3_000, UP), at(4_000, DOWN), at(5_000, UP), at(6_500, UP)]).toEqual([5_000, 3_000, undefined, undefined, 2_000, 500]);
});

import { afterEach, describe, expect, it, vi } from 'vitest';
import { ResourceKind } from '../../src/realization/resources.pb.js';
import { port, put, remove, sw } from '../agent/resources.js';
import { Fabric, pathOf } from './fabric.js';

let fabric: Fabric;
afterEach(() => fabric.stop());

describe('a node that connects', () => {
  it('gets what it should hold, applies it and acknowledges each resource', async () => {
    fabric = await Fabric.start({ nodes: ['h1'] });
    fabric.tell(['h1'], put(sw('s1', 1)), put(port('p1', 's1', 1)));
    const { restored } = await fabric.agent('h1');
    await vi.waitFor(() => expect(fabric.realization.acks).toEqual(['h1 s1 1', 'h1 p1 1']));
    expect(restored.held.digest).toBe(fabric.realization.digest('h1'));
    expect(fabric.session('h1')).toMatchObject({ inSync: true, engine: 'simulated', path: pathOf('h1') });
  });

  it('gets later changes as they come, each commit as one delta', async () => {
    fabric = await Fabric.start({ nodes: ['h1'] });
    const { restored } = await fabric.agent('h1');
    await vi.waitFor(() => expect(fabric.session('h1')?.inSync).toBe(true));
    fabric.tell(['h1'], put(sw('s1', 1)), put(port('p1', 's1', 1)));
    await vi.waitFor(() => expect(fabric.realization.acks).toContain('h1 p1 1'));
    fabric.tell(['h1'], remove({ kind: ResourceKind.SWITCH_PORT, key: 'p1' }), remove({ kind: ResourceKind.LOGICAL_SWITCH, key: 's1' }));
    await vi.waitFor(() => expect(fabric.realization.acks.at(-1)).toBe('h1 s1 '));
    expect(restored.held.size).toBe(0);
  });
});

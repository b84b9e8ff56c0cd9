import { describe, expect, it } from 'vitest';
import { Outbox, type OutboxLimits } from '../../src/agents/outbox.js';
import { type Batch, ToAgent } from '../../src/agents/session.pb.js';
import type { NodeDelta } from '../../src/realization/contract.js';
import type { ResourceId } from '../../src/realization/resources.pb.js';
import { put, sw } from '../agent/resources.js';

/** An outbox on a stream that takes frames until it is told to stop. */
class Rig {
  readonly sent: Batch[] = [];
  readonly asked: string[][] = [];
  takes = true;
  time = 0;
  readonly outbox: Outbox;
  private latest = 0;

  constructor(limits: OutboxLimits = { window: 2, waitingChanges: 5 }) {
    const sink = {
      write: (frame: Buffer) => {
        const { message } = ToAgent.decode(frame);
        if (message?.$case === 'batch') this.sent.push(message.value);
        return this.takes;
      },
    };
    this.outbox = new Outbox(
      sink,
      (ids) => this.resend(ids),
      () => this.time,
      limits,
    );
  }

  push(...keys: string[]): void {
    this.latest += 1;
    this.outbox.push(this.delta(keys));
  }

  contents(): string[][] {
    return this.sent.map(({ changes }) => changes.map(({ change }) => (change?.$case === 'put' ? `${change.value.key}@${change.value.version}` : '')));
  }

  private resend(ids: Iterable<ResourceId>): NodeDelta {
    const keys = [...ids].map(({ key }) => key);
    this.asked.push(keys);
    return this.delta(keys);
  }

  private delta(keys: readonly string[]): NodeDelta {
    return { node: 'n', sequence: this.latest, digest: `after ${this.latest}`, changes: keys.map((key) => put(sw(key, this.latest))) };
  }
}

describe('what is on its way to a node', () => {
  it('goes out as it comes while the node keeps up', () => {
    const rig = new Rig();
    rig.push('a');
    rig.outbox.acknowledge(1);
    rig.push('b');
    expect(rig.contents()).toEqual([['a@1'], ['b@2']]);
    expect(rig.sent.map(({ number, sequence, digest, last }) => [number, sequence, digest, last])).toEqual([
      [1, 1, 'after 1', true],
      [2, 2, 'after 2', true],
    ]);
  });

  it('is merged in order while too many deltas are unanswered', () => {
    const rig = new Rig();
    for (const key of ['a', 'b', 'c', 'd']) rig.push(key);
    expect(rig.contents()).toEqual([['a@1'], ['b@2']]);
    expect(rig.outbox.acknowledge(1)).toMatchObject([{ key: 'a', version: '1' }]);
    expect(rig.contents().at(-1)).toEqual(['c@3', 'd@4']);
    expect(rig.sent.at(-1)).toMatchObject({ sequence: 4, digest: 'after 4' });
  });

  it('waits while the stream takes no more, and answers of later deltas cover the earlier ones', () => {
    const rig = new Rig({ window: 8, waitingChanges: 5 });
    rig.takes = false;
    rig.push('a');
    rig.push('b');
    expect(rig.sent.length).toBe(1);
    rig.takes = true;
    rig.outbox.drained();
    rig.push('c');
    expect(rig.contents()).toEqual([['a@1'], ['b@2'], ['c@3']]);
    expect(rig.outbox.acknowledge(3).map(({ key }) => key)).toEqual(['a', 'b', 'c']);
    expect(rig.outbox.idle).toBe(true);
  });

  it('is forgotten beyond a bound, and asked for as it is when there is room', () => {
    const rig = new Rig();
    rig.push('a');
    rig.push('b');
    for (let round = 0; round < 1_000; round += 1) rig.push('c', 'd');
    expect(rig.outbox.backlog).toEqual({ changes: 2, unacknowledged: 2 });
    expect(rig.asked).toEqual([]);
    rig.outbox.acknowledge(2);
    expect(rig.asked).toEqual([['c', 'd']]);
    expect(rig.contents().at(-1)).toEqual(['c@1002', 'd@1002']);
  });

  it('says for how long the node has owed an answer', () => {
    const rig = new Rig();
    expect(rig.outbox.overdue).toBe(0);
    rig.time = 1_000;
    rig.push('a');
    rig.time = 4_000;
    rig.push('b');
    expect(rig.outbox.overdue).toBe(3_000);
    rig.outbox.acknowledge(1);
    expect(rig.outbox.overdue).toBe(0);
  });

  it('is cut into parts that a receiver accepts, the last of which says so', () => {
    const rig = new Rig({ window: 2, waitingChanges: 1_000 });
    rig.push(...Array.from({ length: 100 }, (_, index) => `${index}-${'x'.repeat(10_000)}`));
    expect(rig.sent.length).toBeGreaterThan(3);
    expect(rig.sent.map(({ last }) => last)).toEqual([...Array.from({ length: rig.sent.length - 1 }, () => false), true]);
    expect(rig.sent.every(({ number }) => number === 1)).toBe(true);
    expect(rig.sent.flatMap(({ changes }) => changes).length).toBe(100);
  });
});

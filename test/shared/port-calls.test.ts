import { MessageChannel } from 'node:worker_threads';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { callsOver, type Remote, serveCalls } from '../../src/shared/port-calls.js';

interface Functions {
  sum(a: number, b: number): number;
  fail(): void;
}

let channel: MessageChannel;
let calls: Remote<Functions>;
beforeEach(() => {
  channel = new MessageChannel();
  serveCalls<Functions>(channel.port2, {
    sum: (a, b) => a + b,
    fail: () => {
      throw new Error('it cannot');
    },
  });
  calls = callsOver<Functions>(channel.port1, ['sum', 'fail']);
});
afterEach(() => channel.port1.close());

it('answers with what the other thread answered, or its error', async () => {
  expect(await calls.sum(1, 2)).toBe(3);
  await expect(calls.fail()).rejects.toThrow('it cannot');
});

it('has the named functions and no others: whoever looks for a promise or for hooks of a framework finds none', async () => {
  expect(Object.keys(calls)).toEqual(['sum', 'fail']);
  expect(await calls).toBe(calls);
  expect((calls as unknown as Record<string, unknown>).onModuleInit).toBeUndefined();
});

it('rejects what waits, and what comes, when the other end closes', async () => {
  const waiting = calls.sum(1, 2);
  channel.port2.close();
  await expect(waiting).rejects.toThrow('ended');
  await expect(calls.sum(1, 2)).rejects.toThrow('ended');
});

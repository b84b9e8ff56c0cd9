import { expect, it } from 'vitest';
import { RequestLimiter } from '../../src/operations/request-limiter.js';

it('lets a client send its rate, and no more, over any second', () => {
  const limiter = new RequestLimiter({ clientRequestsPerSecond: 10, clientConcurrency: 0, totalConcurrency: 0 });
  let admitted = 0;
  for (let now = 1500; now < 4500; now += 1) {
    if (limiter.enter('10.0.0.1', now) !== undefined) continue;
    admitted += 1;
    limiter.leave('10.0.0.1');
  }
  expect(admitted).toBeGreaterThanOrEqual(39);
  expect(admitted).toBeLessThanOrEqual(41);
});

it('counts each client apart, and all of them together', () => {
  const limiter = new RequestLimiter({ clientRequestsPerSecond: 0, clientConcurrency: 2, totalConcurrency: 3 });
  expect([limiter.enter('a', 0), limiter.enter('a', 0), limiter.enter('a', 0)]).toEqual([undefined, undefined, 'client concurrency']);
  expect([limiter.enter('b', 0), limiter.enter('b', 0)]).toEqual([undefined, 'total concurrency']);
  limiter.leave('a');
  expect(limiter.enter('b', 0)).toBeUndefined();
});

it('forgets nobody who still waits for an answer', () => {
  const limiter = new RequestLimiter({ clientRequestsPerSecond: 0, clientConcurrency: 1, totalConcurrency: 0 });
  limiter.enter('a', 0);
  expect(limiter.enter('b', 60_000)).toBeUndefined();
  expect(limiter.enter('a', 60_001)).toBe('client concurrency');
});

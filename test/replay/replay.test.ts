import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { difference, readExchanges, settled } from './exchange.js';
import { ManagerToReplay } from './manager-to-replay.js';

/**
 * What clients that nobody here wrote said to a manager, and what it answered then: `record.ts` tells how it was recorded. Every
 * answer must still be the same, but for what no run can repeat.
 */
const TRAFFIC = join(import.meta.dirname, 'traffic');

let manager: ManagerToReplay;
beforeAll(async () => {
  manager = await ManagerToReplay.start();
});
afterAll(() => manager?.stop());

async function intent(): Promise<unknown> {
  const { body } = await manager.call('GET', '/policy/api/v1/search/query?query=_system_owned:false');
  return (body as { results: { path: string }[] }).results.map(({ path }) => path);
}

describe('recorded traffic', () => {
  it.each(readdirSync(TRAFFIC).sort())('%s is answered as it was', { timeout: 120_000 }, async (file) => {
    const before = await intent();
    for (const [index, { method, uri, headers, body, status, answer }] of readExchanges(join(TRAFFIC, file)).entries()) {
      const now = await manager.call(method, uri, body, headers);
      const where = `${file}:${index + 1}: ${method} ${uri}`;
      expect(now.status, `${where} answered ${JSON.stringify(now.body)}`).toBe(status);
      const found = difference(settled(status, answer), settled(now.status, now.body));
      expect(found, where).toBeUndefined();
    }
    expect(await intent(), 'what the client leaves behind').toEqual(before);
  });
});

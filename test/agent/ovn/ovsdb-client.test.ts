import { mkdtempSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OvsdbClient, OvsdbRefusal } from '../../../src/agent/ovn/ovsdb-client.js';

describe('a text that no database server reads', () => {
  const path = join(mkdtempSync(join(tmpdir(), 'ovsdb-')), 'sock');
  const received: string[] = [];
  const server = createServer((socket) => {
    socket.on('data', (chunk) => {
      received.push(chunk.toString());
      socket.write(JSON.stringify({ id: (JSON.parse(chunk.toString()) as { readonly id: number }).id, result: [{}], error: null }));
    });
  });
  let client: OvsdbClient;

  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(path, resolve));
    client = await OvsdbClient.open(path, { updated: () => undefined, closed: () => undefined });
  });
  afterAll(() => {
    client.close();
    server.close();
  });
  const write = (text: string) => client.transact('OVN_Northbound', [{ op: 'insert', table: 'ACL', row: { name: text } }]);

  it('is refused before it is sent, so that the connection stays', async () => {
    for (const text of ['a\u0000b', '\ud83d', 'x\udc9fy', '\\\u0000']) await expect(write(text), JSON.stringify(text)).rejects.toBeInstanceOf(OvsdbRefusal);
    expect(received).toEqual([]);
  });

  it('is not what only looks like it', async () => {
    for (const text of ['\\u0000', '\\\\ud83d', '🚀', '\\']) await expect(write(text), text).resolves.toEqual([{}]);
    expect(received).toHaveLength(4);
  });
});

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DataSource } from 'typeorm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { DataDirectory } from '../../src/store/data-directory.js';
import type { Handle } from '../../src/store/database.js';
import { jobHandlers } from '../../src/store/job-handlers.js';
import type { ApplyCommand } from '../../src/store/jobs.js';
import { StoreReader } from '../../src/store/reader.js';
import { IntentSearchSource } from '../../src/store/search-source.js';
import { SecretBox } from '../../src/store/secret-box.js';
import { SecretReader } from '../../src/store/secret-reader.js';
import { UndoLog } from '../../src/store/undo-log.js';
import { handleOf, openForWriting } from '../../src/store/writable-database.js';
import { applyCommand } from './apply-steps.js';

/** Questions that are about everything, or about tables that stay small; each reads its table from end to end. */
const WALKS = [
  'SELECT after FROM policy_object JOIN change ON position = version ORDER BY number', // all objects, once at start
  'SELECT * FROM claim', // all claims, once at start
  'SELECT path, field, sealed FROM secret', // all secrets' versions, once at start
  'FROM policy_tag GROUP BY', // the list of tags in use
  'FROM realized_entity ORDER BY path', // all realized states, once at start
  'FROM transport_node', // a row a node
  'FROM enrolment_token', // a row a token
  'FROM node_certificate WHERE revoked_at IS NOT NULL', // once at start
  'UPDATE node_certificate SET revoked_at = ? WHERE serial', // by hand
  'DELETE FROM enrolment_token WHERE node_id', // when a node is deleted
  'FROM change_set WHERE sequence < $before', // an audit question, newest first, as far as its page needs
];

let directory: DataDirectory;
let source: DataSource;
const prepared = new Set<string>();
beforeAll(async () => {
  directory = new DataDirectory(mkdtempSync(join(tmpdir(), 'heddle-plans-')));
  directory.prepare();
  source = await openForWriting(directory.database);
});
afterAll(async () => {
  await source.destroy();
  rmSync(directory.path, { recursive: true });
});

it('every statement finds its rows through an index', () => {
  const handle = handleOf(source);
  const noting = new Proxy(handle, {
    get(target, name) {
      if (name === 'prepare') {
        return (sql: string) => {
          prepared.add(sql);
          return target.prepare(sql);
        };
      }
      const value = Reflect.get(target, name);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  }) as Handle;
  jobHandlers(noting, new UndoLog(), directory, applyCommand as unknown as ApplyCommand);
  new SecretReader(noting, new SecretBox(directory.readSecretKeys()));
  askEverything(new StoreReader(noting), new IntentSearchSource(noting, new Map([['a', 'A']])));
  expect(prepared.size).toBeGreaterThan(80);
  const walks = [...prepared].filter((sql) => !WALKS.some((walk) => sql.includes(walk)) && planOf(handle, sql).some(isWalk));
  expect(walks.map((sql) => [sql, planOf(handle, sql)])).toEqual([]);
});

/** So that statements that depend on the question are prepared too. */
function askEverything(reader: StoreReader, search: IntentSearchSource): void {
  for (const types of [['A'], ['A', 'B']]) {
    for (const sortBy of [undefined, 'id']) for (const ascending of [true, false]) reader.list('/infra', types, { offset: -1, size: 1, sortBy, ascending });
  }
  search.candidates({ type: 'A', namePrefix: 'a' });
  search.candidates({ type: 'A' });
  search.candidates({ id: 'a', type: 'A' });
  search.candidates({ path: '/a', type: 'A' });
  search.candidates({ parentPath: '/a', type: 'A' });
  search.candidates({ parentPath: '/a', namePrefix: 'a' });
  search.candidates({ tag: 'a', type: 'A' });
  search.candidates({ tag: 'a' });
  reader.history.changeSets({ user: 'a', path: '/a', type: 'A', from: 1, to: 2 }, { size: 1 });
}

function planOf(handle: Handle, sql: string): string[] {
  if (/^(BEGIN|COMMIT|ROLLBACK|SAVEPOINT|RELEASE)/.test(sql)) return [];
  const parameters = new Proxy(
    {},
    { get: () => null, has: () => true, getOwnPropertyDescriptor: () => ({ configurable: true, enumerable: true, value: null }) },
  );
  const explain = handle.prepare(`EXPLAIN QUERY PLAN ${sql}`);
  const positional = Array.from({ length: sql.replaceAll(/'[^']*'/g, '').split('?').length - 1 }, () => null);
  return (explain.all(...(sql.includes('$') ? [parameters] : positional)) as { detail: string }[]).map(({ detail }) => detail);
}

/** Reading a table from its start, not one that the query itself made. */
function isWalk(step: string): boolean {
  return /^SCAN (?!json_each|below|known|\(|CONSTANT)/.test(step);
}

import Database from 'better-sqlite3';
import { answerParent } from '../processes.js';

/** What the disk and SQLite give at best: rows of 1.45 KB in a table without indexes, WAL and synchronous=FULL. */

const ROW = 'x'.repeat(1450);

export type CommitHandlers = {
  /** One row a commit. @returns commits a second */
  readonly run: (order: { readonly file: string; readonly milliseconds: number }) => number;
  /** All rows in one commit. @returns milliseconds */
  readonly bulk: (order: { readonly file: string; readonly rows: number }) => number;
};

answerParent({
  run: ({ file, milliseconds }) => {
    const { handle, insert } = open(file);
    const started = performance.now();
    let commits = 0;
    for (; performance.now() - started < milliseconds; commits += 1) insert.run(ROW);
    const took = performance.now() - started;
    handle.close();
    return (commits * 1000) / took;
  },
  bulk: ({ file, rows }) => {
    const { handle, insert } = open(file);
    const started = performance.now();
    handle.transaction(() => {
      for (let row = 0; row < rows; row += 1) insert.run(ROW);
    })();
    const took = performance.now() - started;
    handle.close();
    return took;
  },
} satisfies CommitHandlers);

function open(file: string): { handle: Database.Database; insert: Database.Statement } {
  const handle = new Database(file);
  handle.pragma('journal_mode = WAL');
  handle.pragma('synchronous = FULL');
  handle.exec('CREATE TABLE IF NOT EXISTS thing (id INTEGER PRIMARY KEY, body TEXT)');
  return { handle, insert: handle.prepare('INSERT INTO thing (body) VALUES (?)') };
}

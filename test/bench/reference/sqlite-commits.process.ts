import Database from 'better-sqlite3';
import { answerParent } from '../processes.js';

/** What the disk and SQLite give at best, one row a commit: rows of 1.45 KB in a table without indexes, WAL and synchronous=FULL. */

const ROW = 'x'.repeat(1450);

export type CommitHandlers = {
  /** @returns commits a second */
  readonly run: (order: { readonly file: string; readonly milliseconds: number }) => number;
};

answerParent({
  run: ({ file, milliseconds }) => {
    const handle = new Database(file);
    handle.pragma('journal_mode = WAL');
    handle.pragma('synchronous = FULL');
    handle.exec('CREATE TABLE IF NOT EXISTS thing (id INTEGER PRIMARY KEY, body TEXT)');
    const insert = handle.prepare('INSERT INTO thing (body) VALUES (?)');
    const started = performance.now();
    let commits = 0;
    for (; performance.now() - started < milliseconds; commits += 1) insert.run(ROW);
    const took = performance.now() - started;
    handle.close();
    return (commits * 1000) / took;
  },
} satisfies CommitHandlers);

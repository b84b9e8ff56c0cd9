import Database from 'better-sqlite3';

/** A connection of better-sqlite3, on which hot paths prepare their statements. */
export type Handle = Database.Database;
export type Statement = Database.Statement;

/** A connection that cannot write, for any thread. The file must exist: the writer creates it. */
export function openForReading(file: string): Handle {
  const handle = new Database(file, { readonly: true, fileMustExist: true });
  handle.pragma('cache_size = -32768');
  handle.pragma('mmap_size = 1073741824');
  return handle;
}

export function isDatabaseError(error: unknown): error is Error {
  return error instanceof Database.SqliteError;
}

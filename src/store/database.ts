import Database from 'better-sqlite3';

/** A connection of better-sqlite3, on which hot paths prepare their statements. */
export type Handle = Database.Database;
export type Statement = Database.Statement;

/** A connection that cannot write, for any thread. The file must exist: the writer creates it. */
export function openForReading(file: string): Handle {
  const handle = new Database(file, { readonly: true, fileMustExist: true });
  // Not mapped into memory: each of the process's connections would count the whole file as its own.
  handle.pragma('cache_size = -32768');
  return handle;
}

export function isDatabaseError(error: unknown): error is Error {
  return error instanceof Database.SqliteError;
}

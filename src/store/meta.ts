import type { Handle, Statement } from './database.js';

/** Facts about the installation, by name. */
export class Meta {
  private readonly insert: Statement;
  private readonly put: Statement;
  private readonly remove: Statement;

  constructor(handle: Handle) {
    this.insert = handle.prepare('INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT (name) DO NOTHING');
    this.put = handle.prepare('INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value');
    this.remove = handle.prepare('DELETE FROM meta WHERE name = ?');
  }

  /** Sets a fact that is not known yet. */
  provide(name: string, value: string): void {
    this.insert.run(name, value);
  }

  set(facts: Readonly<Record<string, string | null>>): null {
    for (const [name, value] of Object.entries(facts)) {
      if (value === null) this.remove.run(name);
      else this.put.run(name, value);
    }
    return null;
  }
}

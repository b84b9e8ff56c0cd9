import type { Handle, Statement } from './database.js';
import type { RealizedJob } from './jobs.js';

/** Realized state in the writer: what is observed now, and every transition that led there. */
export class RealizedStates {
  private readonly put: Statement;
  private readonly remove: Statement;
  private readonly append: Statement;

  constructor(handle: Handle) {
    this.put = handle.prepare(
      `INSERT INTO realized_entity (path, state, consolidated, sequence, at, alarms) VALUES ($path, $state, $consolidated, $sequence, $at, $alarms)
       ON CONFLICT (path) DO UPDATE SET state = excluded.state, consolidated = excluded.consolidated, sequence = excluded.sequence, at = excluded.at,
         alarms = excluded.alarms`,
    );
    this.remove = handle.prepare('DELETE FROM realized_entity WHERE path = ?');
    this.append = handle.prepare(
      `INSERT INTO realized_history (path, state, consolidated, sequence, at, alarms) VALUES ($path, $state, $consolidated, $sequence, $at, $alarms)`,
    );
  }

  apply({ transitions, sequence, at }: RealizedJob): null {
    for (const { path, state = null, consolidated = null, alarms } of transitions) {
      const row = { path, state, consolidated, sequence, at, alarms: JSON.stringify(alarms) };
      if (state === null) this.remove.run(path);
      else this.put.run(row);
      this.append.run(row);
    }
    return null;
  }
}

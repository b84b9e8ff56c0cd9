import type { Handle, Statement } from './database.js';
import type { RealizedJob } from './jobs.js';

/** Realized state in the writer: what is observed now, and every transition that led there. */
export class RealizedStates {
  private readonly put: Statement;
  private readonly remove: Statement;
  private readonly append: Statement;

  constructor(handle: Handle) {
    this.put = handle.prepare(
      `INSERT INTO realized_entity (path, state, sequence, at, alarms) VALUES ($path, $state, $sequence, $at, $alarms)
       ON CONFLICT (path) DO UPDATE SET state = excluded.state, sequence = excluded.sequence, at = excluded.at, alarms = excluded.alarms`,
    );
    this.remove = handle.prepare('DELETE FROM realized_entity WHERE path = ?');
    this.append = handle.prepare(`INSERT INTO realized_history (path, state, sequence, at, alarms) VALUES ($path, $state, $sequence, $at, $alarms)`);
  }

  apply({ transitions, at }: RealizedJob): null {
    for (const { path, sequence, state = null, alarms } of transitions) {
      const row = { path, state, sequence, at, alarms: JSON.stringify(alarms) };
      if (state === null) this.remove.run(path);
      else this.put.run(row);
      this.append.run(row);
    }
    return null;
  }
}

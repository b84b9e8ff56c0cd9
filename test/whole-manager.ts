import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Manager, startManager } from '../src/manager/manager.js';
import { readSettings } from '../src/operations/settings.js';

/** A manager as `heddle serve` runs it, on free ports and in a directory of its own. */
export class WholeManager {
  readonly password = 'Whole-Manager-1';
  readonly authorization = `Basic ${Buffer.from(`admin:${this.password}`).toString('base64')}`;
  readonly dataDir = mkdtempSync(join(tmpdir(), 'heddle-manager-'));
  private manager: Manager | undefined;

  /** @param simulatedNodes as `HEDDLE_SIMULATED_NODES` takes them */
  static async start(simulatedNodes = '0'): Promise<WholeManager> {
    const whole = new WholeManager();
    const settings = readSettings({
      HEDDLE_DATA_DIR: whole.dataDir,
      HEDDLE_PORT: '0',
      HEDDLE_AGENT_PORT: '0',
      HEDDLE_ADMIN_PASSWORD: whole.password,
      HEDDLE_SIMULATED_NODES: simulatedNodes,
      HEDDLE_LOG_LEVEL: 'error',
    });
    whole.manager = await startManager(settings);
    return whole;
  }

  get url(): string {
    return this.manager?.url ?? '';
  }

  async stop(): Promise<void> {
    await this.manager?.stop();
    rmSync(this.dataDir, { recursive: true, force: true });
  }
}

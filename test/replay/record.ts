/**
 * Records what a client says to a fresh manager:
 *
 *   npm run build && node dist/test/replay/record.js test/replay/traffic/NAME.jsonl COMMAND...
 *
 * COMMAND is run with HEDDLE_URL, HEDDLE_HOST (host and port of the recorder) and HEDDLE_ADMIN_PASSWORD set; the manager has no nodes,
 * and the objects of `ground.ts`. Only what was said about intent is kept, without credentials. Fails where the command fails.
 */
import { spawn } from 'node:child_process';
import { writeExchanges } from './exchange.js';
import { ManagerToReplay } from './manager-to-replay.js';
import { Recorder } from './recorder.js';

const [file, command, ...rest] = process.argv.slice(2);
if (!file || !command) {
  console.error('usage: record.js FILE COMMAND...');
  process.exit(2);
}
const manager = await ManagerToReplay.start();
const recorder = await Recorder.start(manager.url);
const environment = { ...process.env, HEDDLE_URL: `https://${recorder.host}`, HEDDLE_HOST: recorder.host, HEDDLE_ADMIN_PASSWORD: manager.password };
const status = await new Promise<number>((resolve) => {
  spawn(command, rest, { stdio: 'inherit', env: environment }).once('exit', (code) => resolve(code ?? 1));
});
recorder.stop();
await manager.stop();
if (status === 0) writeExchanges(file, recorder.recording);
console.log(status === 0 ? `${file}: ${recorder.recording.length} of ${recorder.exchanges.length} exchanges` : `the command failed with ${status}`);
process.exit(status);

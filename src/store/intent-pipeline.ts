import { registry } from '../model/types.js';
import * as pipeline from '../policy/apply.js';
import type { WriteCommand } from '../policy/command.js';
import type { IntentTransaction } from '../policy/ports.js';

/** The write pipeline as the writer thread runs it: over all resource types. Loaded by its URL, so that tests can put another in its place. */
export function applyCommand(transaction: IntentTransaction, command: WriteCommand): ReturnType<typeof pipeline.applyCommand> {
  return pipeline.applyCommand(registry, transaction, command);
}

import { createLogger } from '../../operations/logger.js';
import type { LogLevel } from '../../operations/settings.js';
import { type FabricOptions, SimulatedFabric } from './fabric.js';

/** The process of a simulated fabric: told by its parent what to run, and gone when the parent is. */

export interface FabricOrder extends FabricOptions {
  readonly logLevel: LogLevel;
}

/** Said to the parent once every node that can be was started. */
export interface FabricStarted {
  readonly nodes: number;
}

let fabric: SimulatedFabric | undefined;

process.once('message', (order: FabricOrder) => {
  const log = createLogger(order.logLevel).child({ process: 'simulated-fabric' });
  const onDiskFailure = (error: unknown): void => {
    log.error({ error: error instanceof Error ? error.message : String(error) }, 'The disk failed; the simulated nodes stop.');
    process.exit(1);
  };
  void SimulatedFabric.start(order, log, onDiskFailure).then(
    (started) => {
      fabric = started;
      process.send?.({ nodes: started.status.nodes } satisfies FabricStarted);
    },
    (error: unknown) => {
      log.error({ error: error instanceof Error ? error.message : String(error) }, 'The simulated nodes could not be started.');
      process.exit(1);
    },
  );
});

// The parent ends the nodes by closing the channel; that is also what happens when it dies.
process.once('disconnect', () => {
  void (fabric?.stop() ?? Promise.resolve()).finally(() => process.exit(0));
});
// Ctrl-C in a terminal reaches the whole group of processes: the parent decides when the nodes end.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => undefined);

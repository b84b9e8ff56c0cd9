import type { FabricCalls } from '../agents/fabric-calls.js';
import type { Metrics } from '../operations/metrics.js';
import type { IntentReader } from '../policy/ports.js';
import type { Remote } from '../shared/port-calls.js';

/** Says where the figures come from that the store and realization know. */
export function provideFigures(metrics: Metrics, reader: IntentReader, calls: Remote<FabricCalls>): void {
  metrics.provide('changeSequence', () => ({ '': reader.sequence() }));
  metrics.provide('nodes', async () => {
    const nodes = await calls.nodes();
    const connected = nodes.filter(({ session }) => session !== undefined).length;
    return { connected, disconnected: nodes.length - connected };
  });
  metrics.provide('alarms', async () => {
    const states = await calls.alarmed(0);
    return { '': states.reduce((sum, { alarms }) => sum + alarms.length, 0) };
  });
  metrics.provide('fullRecomputes', async () => ({ '': (await calls.realizationCounters()).fullRecomputes }));
  metrics.provide('unacked', async () => ({ '': (await calls.realizationCounters()).unacked }));
}

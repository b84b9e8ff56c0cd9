import type { Interface, Machine, Workload } from '../../agents/session.pb.js';
import { readIfPresent, writeFileDurably } from '../../shared/durable-file.js';

/**
 * The machines that are plugged into one simulated node. Kept in a file, because a machine does not vanish when the agent or the
 * manager restarts.
 */
export class SimulatedWorkloads {
  private readonly workloads = new Map<string, Workload>();

  /** @param file where they are kept; undefined: in memory only */
  constructor(private readonly file?: string) {
    const text = file === undefined ? undefined : readIfPresent(file);
    for (const workload of text === undefined ? [] : (JSON.parse(text) as Workload[]))
      if (workload.machine) this.workloads.set(workload.machine.externalId, workload);
  }

  get machines(): Machine[] {
    return [...this.workloads.values()].flatMap(({ machine }) => (machine ? [machine] : []));
  }

  get interfaces(): Interface[] {
    return [...this.workloads.values()].flatMap(({ interfaces }) => interfaces);
  }

  /** @throws Error when the machine has no id, or an interface is someone else's */
  plug(workload: Workload): void {
    const id = workload.machine?.externalId;
    if (!id) throw new Error('a workload needs a machine with an external id');
    const taken = new Map([...this.workloads].flatMap(([owner, { interfaces }]) => interfaces.map(({ externalId }) => [externalId, owner])));
    for (const { externalId } of workload.interfaces) {
      const owner = taken.get(externalId);
      if (owner !== undefined && owner !== id) throw new Error(`the interface ${externalId} belongs to the machine ${owner}`);
    }
    this.workloads.set(id, { ...workload, interfaces: workload.interfaces.map((entry) => ({ ...entry, machine: id })) });
    this.save();
  }

  /** @throws Error when the machine is not here */
  unplug(machine: string): Workload {
    const workload = this.workloads.get(machine);
    if (!workload) throw new Error(`the machine ${machine} is not on this node`);
    this.workloads.delete(machine);
    this.save();
    return workload;
  }

  private save(): void {
    if (this.file !== undefined) writeFileDurably(this.file, JSON.stringify([...this.workloads.values()]), 0o600);
  }
}

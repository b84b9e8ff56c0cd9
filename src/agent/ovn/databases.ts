import { type MachineSockets, MachineUnfit } from './machine.js';
import { OPEN_VSWITCH_TABLES } from './open-vswitch.js';
import type { OvsdbOperation } from './ovsdb-client.js';
import { OvsdbReplica } from './ovsdb-replica.js';
import { SOUTHBOUND_TABLES } from './southbound.js';
import { ZONE_TABLES } from './zone.js';

/** The three databases of a node, and the numbers by which OVN says how far it is. */
export class Databases {
  changed: () => void = () => undefined;
  private readonly waiting = new Set<() => void>();
  northbound!: OvsdbReplica;
  southbound!: OvsdbReplica;
  switch!: OvsdbReplica;

  private constructor(private readonly node: string) {}

  static async open({ openVSwitch, northbound, southbound }: MachineSockets, node: string): Promise<Databases> {
    const databases = new Databases(node);
    const open = (path: string, database: string, tables: readonly string[]): Promise<OvsdbReplica> =>
      OvsdbReplica.open({ path, database, tables, changed: () => databases.notify() });
    try {
      databases.northbound = await open(northbound, 'OVN_Northbound', ['NB_Global', ...ZONE_TABLES]);
      databases.southbound = await open(southbound, 'OVN_Southbound', SOUTHBOUND_TABLES);
      databases.switch = await open(openVSwitch, 'Open_vSwitch', OPEN_VSWITCH_TABLES);
    } catch (error) {
      databases.close();
      throw new MachineUnfit(`a database of this machine cannot be reached: ${error instanceof Error ? error.message : String(error)}`);
    }
    return databases;
  }

  /** Number of the configuration that was written last. */
  get number(): number {
    return Number(this.northbound.only('NB_Global')?.nb_cfg ?? 0);
  }

  /**
   * Number of the configuration that this node's ovn-controller has confirmed; -1 where there was none yet. The northbound
   * database has a number too, which says that all is well while there is no controller at all.
   */
  get confirmedNumber(): number {
    const own = [...this.southbound.rows('Chassis_Private').values()].find(({ name }) => name === this.node);
    return Number(own?.nb_cfg ?? -1);
  }

  get unreachable(): boolean {
    return !(this.northbound.connected && this.southbound.connected && this.switch.connected);
  }

  /** What is not there; undefined: all is well. */
  missing(): string | undefined {
    if (!this.switch.connected) return 'the database of Open vSwitch is gone';
    if (!this.northbound.connected || !this.southbound.connected) return 'a database of OVN is gone';
    return undefined;
  }

  /** Writes to the northbound database under the next number. */
  async commit(operations: readonly OvsdbOperation[]): Promise<number> {
    const results = await this.northbound.transact([
      ...operations,
      { op: 'mutate', table: 'NB_Global', where: [], mutations: [['nb_cfg', '+=', 1]] },
      { op: 'select', table: 'NB_Global', where: [], columns: ['nb_cfg'] },
    ]);
    return Number(results.at(operations.length + 1)?.rows?.[0]?.nb_cfg ?? 0);
  }

  /** Waits until northd has translated a configuration. */
  translated(number: number, patience: number): Promise<boolean> {
    return this.until(() => Number(this.northbound.only('NB_Global')?.sb_cfg ?? 0) >= number, patience);
  }

  /** Waits until ovn-controller has confirmed a configuration. */
  confirmed(number: number, patience: number): Promise<boolean> {
    return this.until(() => this.confirmedNumber >= number, patience);
  }

  close(): void {
    for (const replica of [this.northbound, this.southbound, this.switch] as (OvsdbReplica | undefined)[]) replica?.close();
    this.notify();
  }

  private notify(): void {
    for (const look of this.waiting) look();
    this.changed();
  }

  private until(condition: () => boolean, patience: number): Promise<boolean> {
    if (condition()) return Promise.resolve(true);
    return new Promise((resolve) => {
      const end = (met: boolean): void => {
        clearTimeout(timer);
        this.waiting.delete(look);
        resolve(met);
      };
      const look = (): void => {
        if (condition()) end(true);
        else if (this.unreachable) end(false);
      };
      const timer = setTimeout(() => end(false), patience);
      this.waiting.add(look);
    });
  }
}

import { existsSync } from 'node:fs';
import type { Counters_PortCounter, Interface, Machine } from '../../agents/session.pb.js';
import { MachineUnfit } from './machine.js';
import { OWN_PORT } from './names.js';
import type { OvsdbReplica, ReplicaRow } from './ovsdb-replica.js';
import { asMap, asSet, encodeMap, entryOf, putEntries } from './ovsdb-values.js';
import { physicalBridge, physicalBridgeOperations } from './physical-bridges.js';
import { type PresentRows, ROW } from './row-difference.js';
import { portJoined, portMade, portsGone } from './switch-ports.js';

/** What this node's ovn-controller is told in the configuration of Open vSwitch. */
export interface ControllerSettings {
  readonly nodeId: string;
  readonly southbound: string;
  readonly tunnelAddress: string;
  /** Bridges to physical networks, by the policy path of the transport zone. */
  readonly bridges: ReadonlyMap<string, string>;
}

export const OPEN_VSWITCH_TABLES = ['Open_vSwitch', 'Bridge', 'Port', 'Interface', 'Datapath'] as const;

/**
 * Tells ovn-controller where the zone is. Of what others configured in Open vSwitch nothing is changed, and a switch that another
 * OVN drives is left to it.
 * @throws MachineUnfit
 */
export async function configureController(ovs: OvsdbReplica, { nodeId, southbound, tunnelAddress, bridges }: ControllerSettings): Promise<void> {
  const present = asMap(ovs.only('Open_vSwitch')?.external_ids);
  const remote = `unix:${southbound}`;
  const other = present.get('ovn-remote');
  if (other !== undefined && other !== remote)
    throw new MachineUnfit(`Open vSwitch of this machine belongs to another OVN, at ${other}: the agent leaves it alone`);
  const known = new Set([...ovs.rows('Bridge').values()].map(({ name }) => name));
  for (const [zone, bridge] of bridges)
    if (!known.has(bridge)) throw new MachineUnfit(`Open vSwitch has no bridge ${bridge}, which ${zone} is to be reached through`);
  const own = physicalBridgeOperations(ovs, bridges);
  if (own.length > 0) await ovs.transact(own);
  const wanted: Record<string, string> = {
    'system-id': nodeId,
    'ovn-remote': remote,
    'ovn-encap-type': 'geneve',
    'ovn-encap-ip': tunnelAddress,
    // The zone is this node's alone: there is nothing to choose from it.
    'ovn-monitor-all': 'true',
    'ovn-bridge-mappings': [...bridges.keys()].map((zone) => `${zone}:${physicalBridge(zone).name}`).join(','),
    ...(present.has('ovn-bridge-datapath-type') ? {} : { 'ovn-bridge-datapath-type': existsSync('/sys/module/openvswitch') ? 'system' : 'netdev' }),
  };
  const changed = Object.entries(wanted).filter(([key, value]) => present.get(key) !== value);
  if (changed.length === 0) return;
  await ovs.transact([{ op: 'mutate', table: 'Open_vSwitch', where: [], mutations: putEntries('external_ids', changed) }]);
}

/**
 * Whether the networks of this machine's OVN are somebody else's: another one calls itself as ovn-controller does, and has written none
 * of them for us. What else somebody adds to an OVN of ours is left as it is.
 */
export function isForeign(northbound: PresentRows, ovs: PresentRows, nodeId: string): boolean {
  const [root] = ovs.rows('Open_vSwitch').values();
  if (entryOf(root?.external_ids, 'system-id') === nodeId) return false;
  const networks = ['Logical_Switch', 'Logical_Router'].flatMap((table) => [...northbound.rows(table).values()]);
  return networks.length > 0 && networks.every(({ external_ids: ids }) => entryOf(ids, ROW) === undefined);
}

/** A machine and its interfaces, as whoever plugged them in wrote it to `external_ids` of the interface. */
export interface PluggedIn {
  readonly machines: readonly Machine[];
  readonly interfaces: readonly Interface[];
}

/**
 * Interfaces with an `iface-id`, which hypervisors and container runtimes set. Their other keys are those that are in use too:
 * `attached-mac`, `vm-id` (or `vm-uuid`), and `ip_addresses`, separated by commas.
 */
export function pluggedIn(ovs: OvsdbReplica): PluggedIn {
  const machines = new Map<string, Machine>();
  const interfaces: Interface[] = [];
  for (const row of workloadInterfaces(ovs)) {
    const read = (key: string): string => entryOf(row.external_ids, key) ?? '';
    const machine = read('vm-id') || read('vm-uuid');
    const name = read('vm-name') || machine;
    if (machine !== '') machines.set(machine, { externalId: machine, displayName: name, computerName: name, osName: '', poweredOn: true });
    const id = read('iface-id');
    const addresses = read('ip_addresses')
      .split(',')
      .flatMap((text) => text.trim() || []);
    interfaces.push({ externalId: id, attachmentId: id, machine, mac: read('attached-mac').toLowerCase(), addresses });
  }
  const byId = (a: { readonly externalId: string }, b: { readonly externalId: string }): number => (a.externalId < b.externalId ? -1 : 1);
  return { machines: [...machines.values()].sort(byId), interfaces: interfaces.sort(byId) };
}

/** What went in and out of ports, by the `iface-id` of their interfaces. */
export function portTraffic(ovs: OvsdbReplica): Map<string, Omit<Counters_PortCounter, 'port'>> {
  const traffic = new Map<string, Omit<Counters_PortCounter, 'port'>>();
  for (const row of workloadInterfaces(ovs)) {
    const figures = asMap(row.statistics);
    const figure = (key: string): number => Number(figures.get(key) ?? 0);
    // What the switch receives the workload sends.
    traffic.set(entryOf(row.external_ids, 'iface-id') as string, {
      packetsIn: figure('rx_packets'),
      packetsOut: figure('tx_packets'),
      packetsInDropped: figure('rx_dropped'),
      packetsOutDropped: figure('tx_dropped'),
      bytesIn: figure('rx_bytes'),
      bytesOut: figure('tx_bytes'),
    });
  }
  return traffic;
}

/** A tunnel to another node. */
export interface Tunnel {
  /** What BFD says of it; undefined where nobody asks over it. */
  readonly bfd: { readonly up: boolean; readonly answered: boolean; readonly detail: string } | undefined;
}

/** Tunnels that there are, by the underlay address of the other end. */
export function tunnels(ovs: OvsdbReplica): Map<string, Tunnel> {
  const there = new Map<string, Tunnel>();
  for (const { type, options, ofport, bfd, bfd_status: status } of ovs.rows('Interface').values()) {
    const remote = type === 'geneve' && Number(asSet(ofport)[0] ?? -1) > 0 ? entryOf(options, 'remote_ip') : undefined;
    if (remote === undefined) continue;
    const asked = entryOf(bfd, 'enable') === 'true';
    const answered = Number(entryOf(status, 'flap_count') ?? 0) > 0;
    there.set(remote, { bfd: asked ? { up: entryOf(status, 'state') === 'up', answered, detail: entryOf(status, 'diagnostic') ?? '' } : undefined });
  }
  return there;
}

/**
 * Plugs an interface of the machine into a bridge, where it is not there yet.
 * @param columns columns of the port beside its name
 */
export async function plugIn(
  ovs: OvsdbReplica,
  bridge: string,
  name: string,
  externalIds: Readonly<Record<string, string>>,
  columns: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  if ([...ovs.rows('Port').values()].some((row) => row.name === name)) return;
  await ovs.transact([...portMade('', { name, external_ids: encodeMap(Object.entries(externalIds)) }, columns), portJoined(bridge, '')]);
}

/** Takes a port out of its bridge, where it is there. */
export async function unplug(ovs: OvsdbReplica, name: string): Promise<void> {
  const operations = portsGone(ovs, new Set([name]));
  if (operations.length > 0) await ovs.transact(operations);
}

/** Names of interfaces that the agent itself plugged in for a purpose. */
export function ownInterfaces(ovs: OvsdbReplica, purpose: string): string[] {
  return [...ovs.rows('Interface').values()].filter(({ external_ids: ids }) => entryOf(ids, OWN_PORT) === purpose).map(({ name }) => String(name));
}

/** An interface that could not be opened has no port in the switch, and nothing is plugged in there. */
function workloadInterfaces(ovs: OvsdbReplica): ReplicaRow[] {
  return [...ovs.rows('Interface').values()].filter(({ external_ids: ids, ofport }) => {
    return (entryOf(ids, 'iface-id') ?? '') !== '' && entryOf(ids, OWN_PORT) === undefined && Number(asSet(ofport)[0] ?? -1) > 0;
  });
}

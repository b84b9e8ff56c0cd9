import type { OvsdbOperation } from './ovsdb-client.js';
import { encodeSet, encodeUuid } from './ovsdb-values.js';
import type { PresentRows } from './row-difference.js';

/** Ports of Open vSwitch's bridges, as operations on its database. */

/**
 * Makes a port of one interface.
 * @param id by which the port is known within the transaction, as `port` and this
 * @param columns columns of the port beside its name
 */
export function portMade(
  id: string | number,
  { name, ...fields }: { readonly name: string } & Readonly<Record<string, unknown>>,
  columns: Readonly<Record<string, unknown>> = {},
): OvsdbOperation[] {
  return [
    { op: 'insert', table: 'Interface', 'uuid-name': `interface${id}`, row: { name, ...fields } },
    { op: 'insert', table: 'Port', 'uuid-name': `port${id}`, row: { name, interfaces: encodeSet([['named-uuid', `interface${id}`]]), ...columns } },
  ];
}

/** Puts a port that is made in the same transaction into a bridge. */
export function portJoined(bridge: string, id: string | number): OvsdbOperation {
  return { op: 'mutate', table: 'Bridge', where: [['name', '==', bridge]], mutations: [['ports', 'insert', encodeSet([['named-uuid', `port${id}`]])]] };
}

/** Takes ports out of whatever bridge they are in, which is their end. */
export function portsGone(present: PresentRows, names: ReadonlySet<string>): OvsdbOperation[] {
  const ports = [...present.rows('Port')].filter(([, { name }]) => names.has(String(name))).map(([uuid]) => encodeUuid(uuid));
  return ports.length === 0 ? [] : [{ op: 'mutate', table: 'Bridge', where: [], mutations: [['ports', 'delete', encodeSet(ports)]] }];
}

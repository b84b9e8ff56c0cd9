import { createHash } from 'node:crypto';
import type { Family } from '../../shared/address.js';

/** Hashes by key: the rules of a node name the same few sets again and again. */
const hashes = new Map<string, string>();
const MOST_HASHES = 50_000;

/** The bridge that ovn-controller makes for the ports of the zone. */
export const INTEGRATION_BRIDGE = 'br-int';

/** The first hexadecimal digits of a hash, for names that have to be short. */
export function hashOf(text: string, length: number): string {
  return createHash('sha256').update(text).digest('hex').slice(0, length);
}

/** OVN's expressions take a group or a set only by a name of letters, digits and dots: ours are hashes of keys. */
function symbol(prefix: string, key: string): string {
  let hash = hashes.get(key);
  if (hash === undefined) {
    if (hashes.size >= MOST_HASHES) hashes.clear();
    hash = hashOf(key, 20);
    hashes.set(key, hash);
  }
  return `${prefix}_${hash}`;
}

export function portGroupName(key: string): string {
  return symbol('pg', key);
}

/** A set of OVN holds addresses of one kind. */
export type SetPart = Family | 'mac';

export function addressSetName(key: string, part: SetPart): string {
  return `${symbol('as', key)}_${part}`;
}

/** The switch's side of a router port. */
export function switchSide(routerPort: string): string {
  return `${routerPort}#switch`;
}

/** The port through which a switch reaches the physical network. */
export function physicalPort(logicalSwitch: string): string {
  return `${logicalSwitch}#physical`;
}

/** An address without its prefix. */
export function bareAddress(network: string): string {
  return network.slice(0, network.indexOf('/'));
}

/** Key in `external_ids` of interfaces that the agent itself plugged in: they are no workloads. */
export const OWN_PORT = 'heddle-own';

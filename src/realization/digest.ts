import { hash } from 'node:crypto';
import type { ResourceKind } from './resources.pb.js';

/**
 * A hash of a set that can be changed by one element in constant time: every element is hashed to four 32-bit lanes, and the
 * hash of the set is their sum, lane by lane. So a node's digest, and the version of an address set of 100,000 members, follow a
 * change without being computed anew; a tree of hashes would need the order of the elements and a logarithm of work.
 *
 * It tells honest states apart (128 bits); it is no proof against someone who can choose the elements freely.
 */
export class SetHash {
  private readonly lanes = new Uint32Array(4);

  add(element: Lanes): void {
    for (let lane = 0; lane < 4; lane++) this.lanes[lane]! += element[lane]!;
  }

  remove(element: Lanes): void {
    for (let lane = 0; lane < 4; lane++) this.lanes[lane]! -= element[lane]!;
  }

  /** 32 hexadecimal digits; all zero for the empty set. */
  toString(): string {
    return Array.from(this.lanes, hex).join('');
  }

  /** The first 16 digits: the version of a resource that is a set. */
  version(): string {
    return hex(this.lanes[0]!) + hex(this.lanes[1]!);
  }
}

/** Hash of one element: four unsigned 32-bit numbers. */
export type Lanes = readonly number[];

export function lanesOf(content: string | Uint8Array): Lanes {
  // One character a byte: the cheapest way to the bytes of a short hash.
  const bytes = hash('sha256', content, 'binary');
  return [laneAt(bytes, 0), laneAt(bytes, 4), laneAt(bytes, 8), laneAt(bytes, 12)];
}

function laneAt(bytes: string, at: number): number {
  return (bytes.charCodeAt(at) | (bytes.charCodeAt(at + 1) << 8) | (bytes.charCodeAt(at + 2) << 16) | (bytes.charCodeAt(at + 3) << 24)) >>> 0;
}

/** Version of a resource by its content: 16 hexadecimal digits. */
export function versionOf(content: string | Uint8Array): string {
  return hash('sha256', content).slice(0, 16);
}

/** What one resource adds to the digest of a node that is told it: manager and agent sum the same lanes. */
export function resourceLanes(kind: ResourceKind, key: string, version: string): Lanes {
  return lanesOf(`${kind}\n${key}\n${version}`);
}

function hex(lane: number): string {
  return lane.toString(16).padStart(8, '0');
}

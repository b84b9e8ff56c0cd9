import { ResourceChange } from './resources.pb.js';

const encoded = new WeakMap<ResourceChange, Uint8Array>();

/**
 * A change as protobuf. Deltas of different nodes share the change where they share the content, so a change that concerns a
 * thousand nodes is serialised once.
 */
export function encodedChange(change: ResourceChange): Uint8Array {
  const known = encoded.get(change);
  if (known) return known;
  const bytes = ResourceChange.encode(change).finish();
  encoded.set(change, bytes);
  return bytes;
}

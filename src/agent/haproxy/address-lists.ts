import { blocksOf, parseRange } from '../../shared/address.js';
import type { ConfigurationFiles } from './configuration-files.js';

/** Addresses that are in an address set, as addresses, blocks and ranges. */
export type AddressSets = (key: string) => readonly string[];

/** Patterns of addresses, each in a file: a line of HAProxy's configuration has 64 words at most. */
export class AddressLists {
  constructor(
    private readonly files: ConfigurationFiles,
    private readonly sets: AddressSets,
  ) {}

  /** What is in any of these sets. */
  inSets(keys: readonly string[]): string {
    return this.among(keys.flatMap((key) => this.sets(key)));
  }

  /** What is one of these addresses, blocks and ranges; MAC addresses, which an address set may also hold, are nothing to HAProxy. */
  among(addresses: readonly string[]): string {
    const blocks = addresses.flatMap((text) => {
      const range = parseRange(text);
      return range ? blocksOf(range) : [];
    });
    return `-m ip -f ${this.files.add([...new Set(blocks)].sort(), 'addresses')}`;
  }
}

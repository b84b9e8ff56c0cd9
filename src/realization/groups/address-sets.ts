import { bundles } from '../output.js';
import type { Body, ResourceTable } from '../resource-table.js';
import { ResourceKind } from '../resources.pb.js';
import { isMac } from './selector.js';

/** Which addresses of a group a rule matches: IP addresses above layer 2, MAC addresses in the Ethernet section. */
export type AddressKind = 'ip' | 'mac';

/** Key of the address set of a group. */
export function addressSetKey(group: string, kind: AddressKind): string {
  return kind === 'ip' ? group : `${group}#mac`;
}

const HEAD: Body = { $case: 'addressSet', value: { addresses: [] } };

/**
 * Address sets of the groups that rules name. Only those exist: most groups of a network say where rules are applied, and their
 * addresses are nobody's concern. A set is the same on every node, and a member that joins is one element more.
 */
export class AddressSets {
  /** How many rules use a set, by key. */
  private readonly uses = new Map<string, number>();

  /**
   * @param addressesOf current addresses of a group
   * @param event number of the event that is being worked on
   */
  constructor(
    private readonly table: ResourceTable,
    private readonly addressesOf: (group: string) => Iterable<string>,
    private readonly event: () => number,
  ) {}

  use(key: string): void {
    const count = (this.uses.get(key) ?? 0) + 1;
    this.uses.set(key, count);
    if (count > 1) return;
    const { group, kind } = partsOf(key);
    const elements = [...this.addressesOf(group)].filter((address) => isMac(address) === (kind === 'mac')).map((address) => [address, true] as const);
    this.table.contribute(group, { kind: ResourceKind.ADDRESS_SET, key, bundle: bundles.addresses(key), body: HEAD, elements }, this.event());
  }

  release(key: string): void {
    const count = this.uses.get(key) ?? 0;
    if (count > 1) {
      this.uses.set(key, count - 1);
      return;
    }
    this.uses.delete(key);
    const resource = this.table.find(ResourceKind.ADDRESS_SET, key);
    if (!resource) return;
    const elements = [...(resource.elements ?? [])];
    this.table.withdraw(partsOf(key).group, { kind: ResourceKind.ADDRESS_SET, key, bundle: bundles.addresses(key), body: HEAD, elements }, this.event());
  }

  changed(group: string, address: string, present: boolean): void {
    const key = addressSetKey(group, isMac(address) ? 'mac' : 'ip');
    if (!this.uses.has(key)) return;
    const resource = this.table.find(ResourceKind.ADDRESS_SET, key);
    if (!resource) return;
    this.table.element(resource, address, present ? true : undefined);
    resource.stakes.set(group, this.event());
  }

  /** Keys of the sets that a group became. */
  keysOf(group: string): readonly string[] {
    return (['ip', 'mac'] as const).map((kind) => addressSetKey(group, kind)).filter((key) => this.uses.has(key));
  }
}

function partsOf(key: string): { group: string; kind: AddressKind } {
  return key.endsWith('#mac') ? { group: key.slice(0, -4), kind: 'mac' } : { group: key, kind: 'ip' };
}

import type { NodeDelta } from '../../src/realization/contract.js';
import { resourceLanes, SetHash } from '../../src/realization/digest.js';
import { type Element, Resource, withElements } from '../../src/realization/resource-table.js';
import type { ElementsChange, NodeResource, ResourceVersion } from '../../src/realization/resources.pb.js';
import { Bundle } from '../../src/realization/span.js';

/** A node that applies deltas to the letter and computes its own versions and digest: what an agent would hold. */
export class MirrorNode {
  private readonly held = new Map<string, NodeResource>();

  apply(delta: NodeDelta): void {
    let removing = false;
    let lastKind = 0;
    for (const { change } of delta.changes) {
      if (change?.$case === 'remove') {
        const { kind, key } = change.value;
        if (!removing) lastKind = Number.MAX_SAFE_INTEGER;
        removing = true;
        if (kind > lastKind) throw new Error(`${kind} ${key} is removed after what it may use`);
        lastKind = kind;
        if (!this.held.delete(`${kind} ${key}`)) throw new Error(`removal of ${kind} ${key}, which is not held`);
        continue;
      }
      if (removing) throw new Error('something is put after a removal');
      const resource = change?.$case === 'put' ? change.value : this.changed(change!.value as ElementsChange);
      if (resource.kind < lastKind) throw new Error(`${resource.kind} ${resource.key} is put after what may use it`);
      lastKind = resource.kind;
      this.held.set(`${resource.kind} ${resource.key}`, resource);
    }
    if (this.digest() !== delta.digest) throw new Error(`digest of ${delta.node} differs after the delta`);
  }

  resources(): NodeResource[] {
    return [...this.held.values()].sort((a, b) => a.kind - b.kind || (a.key < b.key ? -1 : 1));
  }

  versions(): ResourceVersion[] {
    return this.resources().map(({ kind, key, version }) => ({ kind, key, version }));
  }

  digest(): string {
    const hash = new SetHash();
    for (const { kind, key, version } of this.held.values()) hash.add(resourceLanes(kind, key, version));
    return hash.toString();
  }

  private changed({ kind, key, baseVersion, version, added, removed, rules }: ElementsChange): NodeResource {
    const before = this.held.get(`${kind} ${key}`);
    if (before?.version !== baseVersion) throw new Error(`${kind} ${key} is held at ${before?.version}, and the change is based on ${baseVersion}`);
    const elements = new Map<string, Element>(elementsOf(before));
    for (const element of removed) if (!elements.delete(element)) throw new Error(`${element} is not in ${key}`);
    for (const element of added) {
      if (elements.has(element)) throw new Error(`${element} is in ${key} already`);
      elements.set(element, true);
    }
    for (const rule of rules) elements.set(rule.key, rule);
    const head = headOf(before);
    const scratch = new Resource(kind, key, new Bundle(''));
    for (const [element, value] of elements) scratch.setElement(element, value);
    scratch.setBody(head);
    scratch.seal();
    if (scratch.version !== version) throw new Error(`${kind} ${key} has another version than announced`);
    return { kind, key, version, body: withElements(head, elements) };
  }
}

function elementsOf({ body }: NodeResource): [string, Element][] {
  if (body?.$case === 'addressSet') return body.value.addresses.map((address) => [address, true]);
  if (body?.$case === 'portGroup') return body.value.ports.map((port) => [port, true]);
  if (body?.$case === 'firewallRuleSet') return body.value.rules.map((rule) => [rule.key, rule]);
  return [];
}

function headOf({ body }: NodeResource): NonNullable<NodeResource['body']> {
  if (body?.$case === 'addressSet') return { $case: 'addressSet', value: { addresses: [] } };
  if (body?.$case === 'portGroup') return { $case: 'portGroup', value: { ports: [] } };
  if (body?.$case === 'firewallRuleSet') return { $case: 'firewallRuleSet', value: { ...body.value, rules: [] } };
  throw new Error('no set');
}

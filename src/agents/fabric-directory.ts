import type { PolicyObject } from '../model/policy-object.js';
import type { CommittedChange } from '../policy/ports.js';
import type { NodeIdentity } from './pki/node-identity.js';

/** Types of policy objects that stand for a transport node. */
const NODE_TYPES: ReadonlySet<string> = new Set(['HostTransportNode', 'PolicyEdgeNode']);

export interface FabricNode extends NodeIdentity {
  readonly type: string;
  readonly displayName: string;
}

/** The transport nodes that intent knows, by their id and by their path. A certificate of a node that is not here is worth nothing. */
export class FabricDirectory {
  private readonly byId = new Map<string, FabricNode>();
  private readonly byPath = new Map<string, FabricNode>();

  static isNode(type: string): boolean {
    return NODE_TYPES.has(type);
  }

  get(nodeId: string): FabricNode | undefined {
    return this.byId.get(nodeId);
  }

  at(path: string): FabricNode | undefined {
    return this.byPath.get(path);
  }

  all(): FabricNode[] {
    return [...this.byId.values()];
  }

  add(object: PolicyObject): void {
    if (!NODE_TYPES.has(object.resource_type)) return;
    const node = { nodeId: object.unique_id, path: object.path, type: object.resource_type, displayName: object.display_name };
    this.byId.set(node.nodeId, node);
    this.byPath.set(node.path, node);
  }

  /** Follows a commit; answers the nodes that are gone with it, also where the path is a new node's now. */
  apply(changes: readonly CommittedChange[]): FabricNode[] {
    const gone: FabricNode[] = [];
    for (const { type, path, after } of changes) {
      if (!NODE_TYPES.has(type)) continue;
      const before = this.byPath.get(path);
      if (before && before.nodeId !== after?.unique_id) {
        gone.push(before);
        this.byId.delete(before.nodeId);
        this.byPath.delete(path);
      }
      if (after) this.add(after);
    }
    return gone;
  }
}

import { CODES } from '../model/error-codes.js';
import { PolicyError } from '../model/problem.js';
import type { IntentReader } from '../policy/ports.js';
import { FabricDirectory } from './fabric-directory.js';

/** Clients name a node by the path of its object, and may by its id; inside it is always the id. */
export class FabricNames {
  constructor(private readonly reader: IntentReader) {}

  /** @throws PolicyError 400 with the field when the path is no transport node's */
  nodeId(path: string, field = 'node_path'): string {
    const object = this.reader.get(path);
    if (object && FabricDirectory.isNode(object.resource_type)) return object.unique_id;
    throw new PolicyError({
      status: 400,
      code: CODES.badReference,
      field,
      message: `Field ${field} must be the policy path of a HostTransportNode or a PolicyEdgeNode; ${path} is none.`,
    });
  }
}

/** What a node or its engine could not do: the request was fine, the state of the fabric is not. */
export function fabricRefusal(error: unknown): PolicyError {
  if (error instanceof PolicyError) return error;
  const reason = error instanceof Error ? error.message : String(error);
  return new PolicyError({ status: 409, code: CODES.conflict, message: `The fabric could not do it: ${reason}.` });
}

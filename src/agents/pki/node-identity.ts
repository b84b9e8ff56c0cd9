/**
 * Who a node is: the `unique_id` of its HostTransportNode or PolicyEdgeNode, and that object's policy path. Because the id is
 * never used again, deletion revokes by itself: an object created later at the same path is another node, so certificates of the
 * deleted one never fit it, even if the manager stops between the deletion and any clean-up.
 */
export interface NodeIdentity {
  readonly nodeId: string;
  readonly path: string;
}

const PREFIX = 'urn:heddle:node:';

/** The identity as the URI in a node certificate's subject alternative name. */
export function nodeIdentityUri({ nodeId, path }: NodeIdentity): string {
  return `${PREFIX}${encodeURIComponent(nodeId)}:${encodeURIComponent(path)}`;
}

/**
 * Reads the identity from the alternative names as Node's TLS reports them (`URI:…, DNS:…`). Undefined: the certificate is not
 * a node's, or names more than one.
 */
export function nodeIdentityFrom(subjectAltName: string | undefined): NodeIdentity | undefined {
  const uris = (subjectAltName ?? '').split(', ').filter((name) => name.startsWith(`URI:${PREFIX}`));
  const [nodeId, path, ...rest] = uris.length === 1 ? (uris[0] as string).slice(`URI:${PREFIX}`.length).split(':') : [];
  if (!nodeId || !path || rest.length > 0) return undefined;
  try {
    return { nodeId: decodeURIComponent(nodeId), path: decodeURIComponent(path) };
  } catch {
    return undefined;
  }
}

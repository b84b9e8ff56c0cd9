/**
 * Who a node is: the policy path of its HostTransportNode or PolicyEdgeNode together with that object's `unique_id`. The
 * `unique_id` makes deletion revoke by itself: an object created later at the same path is another one, so certificates of the
 * deleted one never fit again, even if the manager stops between the deletion and any clean-up.
 */
export interface NodeIdentity {
  readonly path: string;
  readonly uniqueId: string;
}

const PREFIX = 'urn:heddle:node:';

/** The identity as the URI in a node certificate's subject alternative name. */
export function nodeIdentityUri({ path, uniqueId }: NodeIdentity): string {
  return `${PREFIX}${encodeURIComponent(uniqueId)}:${encodeURIComponent(path)}`;
}

/**
 * Reads the identity from the alternative names as Node's TLS reports them (`URI:…, DNS:…`). Undefined: the certificate is not
 * a node's, or names more than one.
 */
export function nodeIdentityFrom(subjectAltName: string | undefined): NodeIdentity | undefined {
  const uris = (subjectAltName ?? '').split(', ').filter((name) => name.startsWith(`URI:${PREFIX}`));
  const [uniqueId, path, ...rest] = uris.length === 1 ? (uris[0] as string).slice(`URI:${PREFIX}`.length).split(':') : [];
  if (!uniqueId || !path || rest.length > 0) return undefined;
  try {
    return { uniqueId: decodeURIComponent(uniqueId), path: decodeURIComponent(path) };
  } catch {
    return undefined;
  }
}

/**
 * Numbers that NSX-T's clients know errors by, as far as public clients and documents name them. Clients branch on some
 * (stale revision, in use, overlap); the rest only need to be stable.
 */
export const CODES = {
  /** A field is unknown, missing, of the wrong type or out of range. */
  field: 255,
  /** The body is not the JSON that was expected. */
  malformed: 220,
  /** No route, or a verb that the object does not have. */
  unknownRoute: 404,
  /** The object does not exist. */
  notFound: 600,
  /** The parent of the object does not exist. */
  parentNotFound: 500090,
  /** A field names an object that does not exist or has the wrong type. */
  badReference: 500012,
  /** Other objects still refer to the object that should be deleted. */
  inUse: 500030,
  /** The revision is not the current one. */
  stale: 500087,
  /** Addresses overlap with others of the same routing domain or pool. */
  overlap: 500105,
  /** The value contradicts other intent. */
  conflict: 500127,
  /** No address or number is left. */
  exhausted: 500163,
  /** The object belongs to the system, or to a principal identity that protects it. */
  protected: 500045,
  /** Credentials are missing or wrong. */
  credentials: 403,
  /** The role does not allow the operation. */
  forbidden: 401,
  /** The anti-forgery token is missing or wrong. */
  xsrf: 98,
  /** Too many requests. */
  tooMany: 429,
  /** Intent that the nodes cannot or do not run. */
  unrealizable: 500151,
  /** Nothing the client can mend. */
  internal: 99,
} as const;

/** An object that exists from the first start on. Written by the system, so read-only fields of the body are taken as they are. */
export interface DefaultObject {
  readonly path: string;
  readonly body: Readonly<Record<string, unknown>>;
}

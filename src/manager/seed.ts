import { addDefaults } from '../model/body.js';
import type { DefaultObject } from '../model/defaults/default-object.js';
import type { Registry } from '../model/registry.js';
import type { ObjectWrite } from '../policy/command.js';
import { ADMINISTRATOR, type IntentReader, type IntentWriter, type RequestContext } from '../policy/ports.js';

/** The manager itself, in history and audit. */
export const SYSTEM: RequestContext = {
  actor: { user: 'system', principal: false, roles: [ADMINISTRATOR] },
  requestId: 'start',
  source: '',
  method: 'START',
  uri: '',
};

/**
 * Writes those default objects that are missing, in one transaction: all at the first start, and after an upgrade the new ones.
 * @param objects parents before their children
 * @returns how many were written
 */
export async function seed(registry: Registry, reader: IntentReader, writer: IntentWriter, objects: readonly DefaultObject[]): Promise<number> {
  const missing = objects.filter(({ path }) => !reader.exists(path));
  if (missing.length === 0) return 0;
  await writer.write({ context: SYSTEM, writes: missing.map((object) => systemWrite(registry, object)), asSystem: true });
  return missing.length;
}

/** A default object as the write that creates it. */
export function systemWrite(registry: Registry, { path, body }: DefaultObject): ObjectWrite {
  const located = registry.locate(path);
  if (!located) throw new Error(`the default object ${path} has no place in the tree`);
  const type = typeof body.resource_type === 'string' ? body.resource_type : located.place.definition.name;
  const full = structuredClone(body);
  addDefaults(registry.get(type).struct, full);
  return { op: 'patch', path, type, body: full, secrets: [] };
}

import type { PolicyObject } from '../model/policy-object.js';
import type { Reference } from '../policy/ports.js';
import type { Handle, Statement } from './database.js';
import type { PolicyObjectRow, PolicyReferenceRow } from './tables/intent.tables.js';
import type { UndoLog } from './undo-log.js';

/** An object as the writer holds it: parsed and as text, and in which change set it was written. */
export interface StoredObject {
  readonly object: PolicyObject;
  readonly text: string;
  readonly changedIn: number;
}

/** Parsed objects that the writer keeps: about 5 KB each. */
const CACHE_SIZE = 4096;

/** The lowest text that is greater than every path below `path`: '0' follows '/'. */
function end(path: string): string {
  return `${path}0`;
}

/** Intent rows with their references and tags, through statements that are prepared once, and the last used objects parsed. */
export class IntentTables {
  private readonly cache = new Map<string, StoredObject>();
  private readonly select: Statement;
  private readonly selectChildren: Statement;
  private readonly selectDescendants: Statement;
  private readonly insert: Statement;
  private readonly updateBody: Statement;
  private readonly updateAll: Statement;
  private readonly remove: Statement;
  private readonly referencesOf: Statement;
  private readonly referencesAt: Statement;
  private readonly referencesBelow: Statement;
  private readonly putReference: Statement;
  private readonly removeReference: Statement;
  private readonly removeReferences: Statement;
  private readonly putTag: Statement;
  private readonly removeTag: Statement;

  constructor(
    handle: Handle,
    private readonly undo: UndoLog,
  ) {
    this.select = handle.prepare('SELECT body, changed_in FROM policy_object WHERE path = ?').raw();
    this.selectChildren = handle.prepare('SELECT path, body, changed_in FROM policy_object WHERE parent_path = ? ORDER BY path').raw();
    this.selectDescendants = handle.prepare('SELECT path FROM policy_object WHERE path > ? AND path < ? ORDER BY path').pluck();
    this.insert = handle.prepare(
      'INSERT INTO policy_object (path, type, parent_path, id, name_key, revision, changed_in, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
    );
    // Only what a statement names costs index upkeep, so the common update leaves type and name out.
    this.updateBody = handle.prepare('UPDATE policy_object SET revision = ?, changed_in = ?, body = ? WHERE path = ?');
    this.updateAll = handle.prepare('UPDATE policy_object SET type = ?, name_key = ?, revision = ?, changed_in = ?, body = ? WHERE path = ?');
    this.remove = handle.prepare('DELETE FROM policy_object WHERE path = ?');
    this.referencesOf = handle.prepare('SELECT source, field, target, hard FROM policy_reference WHERE source = ?');
    this.referencesAt = handle.prepare('SELECT source, field, target, hard FROM policy_reference WHERE target = ? ORDER BY source, field');
    this.referencesBelow = handle.prepare(
      `SELECT source, field, target, hard FROM policy_reference
       WHERE (target = $path OR target > $path || '/' AND target < $path || '0') AND NOT (source = $path OR source > $path || '/' AND source < $path || '0')
       ORDER BY source, field`,
    );
    this.putReference = handle.prepare(
      `INSERT INTO policy_reference (source, field, target, hard) VALUES (?, ?, ?, ?)
       ON CONFLICT (source, field) DO UPDATE SET target = excluded.target, hard = excluded.hard`,
    );
    this.removeReference = handle.prepare('DELETE FROM policy_reference WHERE source = ? AND field = ?');
    this.removeReferences = handle.prepare('DELETE FROM policy_reference WHERE source = ?');
    this.putTag = handle.prepare('INSERT INTO policy_tag (path, scope, tag) VALUES (?, ?, ?)');
    this.removeTag = handle.prepare('DELETE FROM policy_tag WHERE path = ? AND scope = ? AND tag = ?');
  }

  get(path: string): StoredObject | undefined {
    const cached = this.cache.get(path);
    if (cached) {
      this.cache.delete(path);
      this.cache.set(path, cached);
      return cached;
    }
    const row = this.select.get(path) as [body: string, changedIn: number] | undefined;
    if (!row) return undefined;
    const stored = { object: JSON.parse(row[0]), text: row[0], changedIn: row[1] };
    this.keep(path, stored);
    return stored;
  }

  children(parentPath: string): PolicyObject[] {
    const rows = this.selectChildren.all(parentPath) as [path: string, body: string, changedIn: number][];
    return rows.map(([path, body]) => this.cache.get(path)?.object ?? JSON.parse(body));
  }

  descendants(path: string): string[] {
    return this.selectDescendants.all(`${path}/`, end(path)) as string[];
  }

  referencesTo(path: string): Reference[] {
    return (this.referencesAt.all(path) as PolicyReferenceRow[]).map(toReference);
  }

  referencesInto(path: string): Reference[] {
    return (this.referencesBelow.all({ path }) as PolicyReferenceRow[]).map(toReference);
  }

  /** Writes what differs from `before` and answers the object as stored. */
  put(object: PolicyObject, references: readonly Reference[], before: StoredObject | undefined, changedIn: number): StoredObject {
    const text = JSON.stringify(object);
    const { path, resource_type: type, parent_path: parentPath, id, _revision: revision } = object;
    if (!before) {
      this.insert.run(path, type, parentPath, id, nameKey(object), revision, changedIn, text);
    } else if (before.object.resource_type === type && nameKey(before.object) === nameKey(object)) {
      this.updateBody.run(revision, changedIn, text, path);
    } else {
      this.updateAll.run(type, nameKey(object), revision, changedIn, text, path);
    }
    this.writeTags(path, before?.object.tags, object.tags);
    this.writeReferences(path, before !== undefined, references);
    const stored = { object, text, changedIn };
    this.keep(path, stored);
    this.undo.push(() => this.cache.delete(path));
    return stored;
  }

  delete(path: string, before: StoredObject): void {
    this.remove.run(path);
    this.removeReferences.run(path);
    this.writeTags(path, before.object.tags, undefined);
    this.cache.delete(path);
    this.undo.push(() => this.cache.delete(path));
  }

  private keep(path: string, stored: StoredObject): void {
    this.cache.delete(path);
    this.cache.set(path, stored);
    if (this.cache.size > CACHE_SIZE) this.cache.delete(this.cache.keys().next().value as string);
  }

  private writeTags(path: string, before: PolicyObject['tags'], after: PolicyObject['tags']): void {
    if (!before?.length && !after?.length) return;
    const had = distinctTags(before);
    const has = distinctTags(after);
    for (const [key, [scope, tag]] of had) if (!has.has(key)) this.removeTag.run(path, scope, tag);
    for (const [key, [scope, tag]] of has) if (!had.has(key)) this.putTag.run(path, scope, tag);
  }

  private writeReferences(source: string, existed: boolean, references: readonly Reference[]): void {
    const before = existed ? (this.referencesOf.all(source) as PolicyReferenceRow[]) : [];
    for (const { field } of before) if (!references.some((reference) => reference.field === field)) this.removeReference.run(source, field);
    for (const { field, target, hard } of references) {
      const same = before.some((row) => row.field === field && row.target === target && row.hard === Number(hard));
      if (!same) this.putReference.run(source, field, target, Number(hard));
    }
  }
}

export function toReference({ source, field, target, hard }: PolicyReferenceRow): Reference {
  return { source, field, target, hard: hard === 1 };
}

/** How display names are compared: see `PolicyObjectRow.nameKey`. */
export function nameKey({ display_name: name }: Pick<PolicyObject, 'display_name'>): PolicyObjectRow['nameKey'] {
  return name.toLowerCase();
}

function distinctTags(tags: PolicyObject['tags']): Map<string, [scope: string, tag: string]> {
  return new Map((tags ?? []).map(({ scope = '', tag = '' }) => [JSON.stringify([scope, tag]), [scope, tag]]));
}

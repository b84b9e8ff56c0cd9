import type { PolicyObject } from '../model/policy-object.js';
import type { Reference } from '../policy/ports.js';
import type { Handle, Statement } from './database.js';
import type { PolicyObjectRow, PolicyReferenceRow } from './tables/intent.tables.js';
import type { UndoLog } from './undo-log.js';

/** An object as the writer holds it: parsed and as text, with its number and the position of its body in the change log. */
export interface StoredObject {
  readonly number: number;
  readonly version: number;
  readonly object: PolicyObject;
  readonly text: string;
}

/** Parsed objects that the writer keeps: about 5 KB each. */
const CACHE_SIZE = 4096;

type ObjectColumns = [number: number, version: number, body: string];

/** Which objects exist, their references and their tags, through statements that are prepared once, and the last used objects parsed. */
export class IntentTables {
  private readonly cache = new Map<string, StoredObject>();
  private readonly select: Statement;
  private readonly selectChildren: Statement;
  private readonly selectChildrenOfType: Statement;
  private readonly selectDescendants: Statement;
  private readonly insert: Statement;
  private readonly updateVersion: Statement;
  private readonly updateAll: Statement;
  private readonly remove: Statement;
  private readonly referencesOf: Statement;
  private readonly referencesAt: Statement;
  private readonly referencesBelow: Statement;
  private readonly insertReference: Statement;
  private readonly updateReference: Statement;
  private readonly removeReference: Statement;
  private readonly removeReferences: Statement;
  private readonly putTag: Statement;
  private readonly removeTag: Statement;

  constructor(
    handle: Handle,
    private readonly undo: UndoLog,
  ) {
    const body = 'JOIN change ON change.position = policy_object.version';
    this.select = handle.prepare(`SELECT number, version, after FROM policy_object ${body} WHERE policy_object.id = ? AND policy_object.path = ?`).raw();
    this.selectChildren = handle.prepare(`SELECT policy_object.path, after FROM policy_object ${body} WHERE parent_path = ? ORDER BY policy_object.path`).raw();
    this.selectChildrenOfType = handle
      .prepare(
        `SELECT policy_object.path, after FROM policy_object ${body} WHERE policy_object.parent_path = ? AND policy_object.type = ? ORDER BY policy_object.path`,
      )
      .raw();
    this.selectDescendants = handle
      .prepare(
        `WITH RECURSIVE below (path) AS (
           SELECT path FROM policy_object WHERE parent_path = ?
           UNION ALL SELECT policy_object.path FROM below JOIN policy_object ON parent_path = below.path
         ) SELECT path FROM below ORDER BY path`,
      )
      .pluck();
    this.insert = handle.prepare('INSERT INTO policy_object (number, path, id, type, parent_path, name_key, version) VALUES (?, ?, ?, ?, ?, ?, ?)');
    // Only what a statement names costs index upkeep, so the common update leaves type and name out.
    this.updateVersion = handle.prepare('UPDATE policy_object SET version = ? WHERE number = ?');
    this.updateAll = handle.prepare('UPDATE policy_object SET type = ?, name_key = ?, version = ? WHERE number = ?');
    this.remove = handle.prepare('DELETE FROM policy_object WHERE number = ?');
    this.referencesOf = handle.prepare('SELECT field, target, hard FROM policy_reference WHERE source = ?');
    this.referencesAt = handle.prepare(referencesWhere('target = ?'));
    this.referencesBelow = handle.prepare(
      referencesWhere(
        `(target = $path OR target > $path || '/' AND target < $path || '0') AND NOT (path = $path OR path > $path || '/' AND path < $path || '0')`,
      ),
    );
    this.insertReference = handle.prepare('INSERT INTO policy_reference (source, field, target, hard) VALUES (?, ?, ?, ?)');
    this.updateReference = handle.prepare('UPDATE policy_reference SET target = ?, hard = ? WHERE source = ? AND field = ?');
    this.removeReference = handle.prepare('DELETE FROM policy_reference WHERE source = ? AND field = ?');
    this.removeReferences = handle.prepare('DELETE FROM policy_reference WHERE source = ?');
    this.putTag = handle.prepare('INSERT INTO policy_tag (tag_key, tag, scope, object) VALUES (?, ?, ?, ?)');
    this.removeTag = handle.prepare('DELETE FROM policy_tag WHERE tag_key = ? AND tag = ? AND scope = ? AND object = ?');
  }

  get(path: string): StoredObject | undefined {
    const cached = this.cache.get(path);
    if (cached) {
      this.cache.delete(path);
      this.cache.set(path, cached);
      return cached;
    }
    const row = this.select.get(lastSegment(path), path) as ObjectColumns | undefined;
    if (!row) return undefined;
    const [number, version, text] = row;
    const stored = { number, version, object: JSON.parse(text), text };
    this.keep(path, stored);
    return stored;
  }

  children(parentPath: string, types?: readonly string[]): PolicyObject[] {
    const read = (statement: Statement, ...given: string[]) => statement.all(...given) as [path: string, body: string][];
    const rows = types ? types.flatMap((type) => read(this.selectChildrenOfType, parentPath, type)) : read(this.selectChildren, parentPath);
    if (types && types.length > 1) rows.sort(([a], [b]) => (a < b ? -1 : 1));
    return rows.map(([path, body]) => this.cache.get(path)?.object ?? JSON.parse(body));
  }

  descendants(path: string): string[] {
    return this.selectDescendants.all(path) as string[];
  }

  referencesTo(path: string): Reference[] {
    return (this.referencesAt.all(path) as NamedReference[]).map(toReference);
  }

  referencesInto(path: string): Reference[] {
    return (this.referencesBelow.all({ path }) as NamedReference[]).map(toReference);
  }

  /** Writes what differs from `before`: the object's version is the one given, whose body is in the change log. */
  put(after: StoredObject, references: readonly Reference[], before: StoredObject | undefined): void {
    const { number, version, object } = after;
    const { path, resource_type: type, parent_path: parentPath } = object;
    if (!before) {
      this.insert.run(number, path, lastSegment(path), type, parentPath, nameKey(object), version);
    } else if (before.object.resource_type === type && before.object.display_name === object.display_name) {
      if (before.version !== version) this.updateVersion.run(version, number);
    } else {
      this.updateAll.run(type, nameKey(object), version, number);
    }
    this.writeTags(number, before?.object.tags, object.tags);
    this.writeReferences(number, before !== undefined, references);
    this.keep(path, after);
    this.undo.push(() => this.cache.delete(path));
  }

  delete(path: string, { number, object }: StoredObject): void {
    this.remove.run(number);
    this.removeReferences.run(number);
    this.writeTags(number, object.tags, undefined);
    this.cache.delete(path);
    this.undo.push(() => this.cache.delete(path));
  }

  private keep(path: string, stored: StoredObject): void {
    this.cache.delete(path);
    this.cache.set(path, stored);
    if (this.cache.size > CACHE_SIZE) this.cache.delete(this.cache.keys().next().value as string);
  }

  private writeTags(number: number, before: PolicyObject['tags'], after: PolicyObject['tags']): void {
    if (!before?.length && !after?.length) return;
    const had = distinctTags(before);
    const has = distinctTags(after);
    for (const [key, [tag, scope]] of had) if (!has.has(key)) this.removeTag.run(tag.toLowerCase(), tag, scope, number);
    for (const [key, [tag, scope]] of has) if (!had.has(key)) this.putTag.run(tag.toLowerCase(), tag, scope, number);
  }

  private writeReferences(number: number, existed: boolean, references: readonly Reference[]): void {
    const before = existed ? (this.referencesOf.all(number) as PolicyReferenceRow[]) : [];
    for (const { field } of before) if (!references.some((reference) => reference.field === field)) this.removeReference.run(number, field);
    for (const { field, target, hard } of references) {
      const old = before.find((row) => row.field === field);
      if (!old) this.insertReference.run(number, field, target, Number(hard));
      else if (old.target !== target || old.hard !== Number(hard)) this.updateReference.run(target, Number(hard), number, field);
    }
  }
}

/** A reference with the path of its source. */
export type NamedReference = Omit<PolicyReferenceRow, 'source'> & { readonly path: string };

/** The query that answers named references in order of source and field. */
export function referencesWhere(condition: string): string {
  return `SELECT path, field, target, hard FROM policy_reference JOIN policy_object ON number = source WHERE ${condition} ORDER BY path, field`;
}

export function toReference({ path, field, target, hard }: NamedReference): Reference {
  return { source: path, field, target, hard: hard === 1 };
}

export function lastSegment(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** How display names are compared: see `PolicyObjectRow.nameKey`. */
function nameKey({ display_name: name }: PolicyObject): PolicyObjectRow['nameKey'] {
  return name.toLowerCase();
}

function distinctTags(tags: PolicyObject['tags']): Map<string, [tag: string, scope: string]> {
  return new Map((tags ?? []).map(({ scope = '', tag = '' }) => [`${scope}\0${tag}`, [tag, scope]]));
}

import type { Narrowing, SearchSource } from '../search/search.js';
import { type Handle, openForReading, type Statement } from './database.js';
import { lastSegment } from './intent-tables.js';

/**
 * Stored intent as a source of search results: what every match must fulfil is asked of an index, the rest is the search's
 * business. The connection is its own, since a search that is still being read would block other statements.
 */
export class IntentSearchSource implements SearchSource {
  private readonly statements = new Map<string, Statement>();

  /** @param types names as they are stored, by their lower-case form: clients write types in any case */
  constructor(
    private readonly handle: Handle,
    private readonly types: ReadonlyMap<string, string>,
  ) {}

  candidates({ type, id, path, parentPath, namePrefix, tag }: Narrowing): Iterable<string> {
    const stored = type === undefined ? undefined : this.types.get(type.toLowerCase());
    if (type !== undefined && stored === undefined) return [];
    const conditions: string[] = [];
    if (path !== undefined) conditions.push('object.id = $lastSegment AND object.path = $path');
    if (parentPath !== undefined) conditions.push('object.parent_path = $parentPath');
    if (id !== undefined) conditions.push('object.id = $id');
    if (stored !== undefined) conditions.push('object.type = $stored');
    if (namePrefix !== undefined) conditions.push('object.name_key >= $name AND object.name_key < $nameEnd');
    if (tag !== undefined) conditions.push('object.number IN (SELECT policy_tag.object FROM policy_tag WHERE tag_key = $tagKey)');
    const name = namePrefix?.toLowerCase();
    const nameEnd = name === undefined ? undefined : `${name}\u{10ffff}`;
    const parameters = {
      path,
      lastSegment: path === undefined ? undefined : lastSegment(path),
      parentPath,
      id,
      stored,
      name,
      nameEnd,
      tagKey: tag?.toLowerCase(),
    };
    return this.statement(conditions.length === 0 ? '1' : conditions.join(' AND ')).all(parameters) as string[];
  }

  close(): void {
    this.handle.close();
  }

  private statement(condition: string): Statement {
    const known = this.statements.get(condition);
    if (known) return known;
    const statement = this.handle
      .prepare(`SELECT after FROM policy_object AS object JOIN change ON position = object.version WHERE ${condition} ORDER BY object.path`)
      .pluck();
    this.statements.set(condition, statement);
    return statement;
  }
}

/** Opens the database file for searching, in any thread. */
export function openSearchSource(file: string, types: Iterable<string>): IntentSearchSource {
  return new IntentSearchSource(openForReading(file), new Map([...types].map((type) => [type.toLowerCase(), type])));
}

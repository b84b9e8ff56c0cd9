import type { Claim } from '../model/hooks.js';
import type { PolicyObject } from '../model/policy-object.js';
import type { Commit, IntentReader, Page, PageRequest, Reference } from '../policy/ports.js';
import { BodyReader, openBodyReader } from './body-reader.js';
import { decodeClaim } from './claim-codec.js';
import { type Handle, openForReading, type Statement } from './database.js';
import { FabricReader } from './fabric-reader.js';
import { HistoryReader } from './history-reader.js';
import { lastSegment, type NamedReference, referencesWhere, toReference } from './intent-tables.js';
import { secretVersion } from './secrets.js';
import type { ClaimRow } from './tables/intent.tables.js';

/** Committed intent on a read-only connection. */
export class StoreReader implements IntentReader {
  private readonly selectPath: Statement;
  private readonly selectType: Statement;
  private readonly selectSubtree: Statement;
  private readonly selectReferences: Statement;
  private readonly selectClaims: Statement;
  private readonly selectSequence: Statement;
  private readonly countChildren: Statement;
  private readonly selectChildren: Statement;
  private readonly selectChildrenOfTypes: Statement;
  private readonly selectAll: Statement;
  private readonly selectAllClaims: Statement;
  private readonly selectSizes: Statement;
  private readonly selectTags: Statement;
  private readonly selectSecrets: Statement;
  private readonly selectSecret: Statement;
  /** Statements of listings, whose text depends on what is asked. */
  private readonly composed = new Map<string, Statement>();
  readonly history: HistoryReader;
  readonly fabric: FabricReader;

  constructor(
    private readonly handle: Handle,
    private readonly bodies = new BodyReader(handle),
  ) {
    const currentBodies = 'SELECT after FROM policy_object JOIN change ON position = version WHERE';
    this.selectPath = handle.prepare('SELECT 1 FROM policy_object WHERE id = ? AND path = ?').pluck();
    this.selectType = handle.prepare(`${currentBodies} policy_object.type = ? ORDER BY policy_object.path`).pluck();
    // CROSS JOIN keeps the order of the walk: from the objects to their bodies.
    this.selectSubtree = handle
      .prepare(
        `WITH RECURSIVE below (path, version) AS (
           SELECT path, version FROM policy_object WHERE id = ? AND path = ?
           UNION ALL SELECT policy_object.path, policy_object.version FROM below JOIN policy_object ON parent_path = below.path
         ) SELECT after FROM below CROSS JOIN change WHERE position = version ORDER BY below.path`,
      )
      .pluck();
    this.selectReferences = handle.prepare(referencesWhere('target = ?'));
    this.selectClaims = handle.prepare('SELECT * FROM claim WHERE owner = $owner AND ($space IS NULL OR space = $space) ORDER BY space, family, low');
    this.selectSequence = handle.prepare('SELECT coalesce((SELECT max(sequence) FROM change_set), (SELECT max(sequence) FROM checkpoint), 0)').pluck();
    this.countChildren = handle.prepare('SELECT count(*) FROM policy_object WHERE parent_path = ? AND type IN (SELECT value FROM json_each(?))').pluck();
    this.selectChildren = handle.prepare(`${currentBodies} parent_path = ? ORDER BY policy_object.path`).pluck();
    this.selectChildrenOfTypes = handle
      .prepare(`${currentBodies} parent_path = ? AND policy_object.type IN (SELECT value FROM json_each(?)) ORDER BY policy_object.path`)
      .pluck();
    this.selectAll = handle.prepare('SELECT after FROM policy_object JOIN change ON position = version ORDER BY number').pluck();
    this.selectAllClaims = handle.prepare('SELECT * FROM claim');
    this.selectSizes = handle.prepare('SELECT size, count(*) AS claims FROM claim WHERE space = ? GROUP BY size');
    this.selectTags = handle.prepare('SELECT scope, tag, count(*) AS objects FROM policy_tag GROUP BY tag, scope ORDER BY scope, tag');
    this.selectSecrets = handle.prepare('SELECT path, field, sealed FROM secret');
    this.selectSecret = handle.prepare('SELECT key_id AS keyId, sealed FROM secret WHERE path = ? AND field = ?');
    this.history = new HistoryReader(handle);
    this.fabric = new FabricReader(handle);
  }

  body(path: string): string | undefined {
    return this.bodies.body(path);
  }

  get<T extends object = PolicyObject>(path: string): (T & PolicyObject) | undefined {
    const body = this.body(path);
    return body === undefined ? undefined : JSON.parse(body);
  }

  exists(path: string): boolean {
    return this.selectPath.get(lastSegment(path), path) !== undefined;
  }

  /**
   * In order of creation, in which new objects do not move others to another page, unless `sortBy` names a field: any field at
   * the top of the object. Objects without it come first.
   */
  list(parentPath: string, types: readonly string[], { offset, size, sortBy, ascending }: PageRequest): Page {
    const wanted = JSON.stringify(types);
    const total = this.countChildren.get(parentPath, wanted) as number;
    if (offset >= total) return { bodies: [], total };
    const field = sortBy === undefined ? null : `$."${sortBy.replaceAll('"', '')}"`;
    const bodies = this.sortedChildren(types.length === 1, field !== null, ascending).all({ parentPath, wanted, type: types[0], field, size, offset });
    return { bodies: bodies as string[], total };
  }

  ofType<T extends object = PolicyObject>(type: string): readonly (T & PolicyObject)[] {
    return (this.selectType.all(type) as string[]).map((body) => JSON.parse(body));
  }

  children<T extends object = PolicyObject>(parentPath: string, types?: readonly string[]): readonly (T & PolicyObject)[] {
    const bodies = types ? this.selectChildrenOfTypes.all(parentPath, JSON.stringify(types)) : this.selectChildren.all(parentPath);
    return (bodies as string[]).map((body) => JSON.parse(body));
  }

  subtree(path: string): readonly PolicyObject[] {
    return (this.selectSubtree.all(lastSegment(path), path) as string[]).map((body) => JSON.parse(body));
  }

  referencesTo(path: string): readonly Reference[] {
    return (this.selectReferences.all(path) as NamedReference[]).map(toReference);
  }

  claims(owner: string, space?: string): readonly Claim[] {
    return (this.selectClaims.all({ owner, space: space ?? null }) as ClaimRow[]).map(decodeClaim);
  }

  claimed(space: string): bigint {
    const sizes = this.selectSizes.all(space) as { readonly size: number; readonly claims: number }[];
    return sizes.reduce((sum, { size, claims }) => sum + (BigInt(claims) << BigInt(size)), 0n);
  }

  sequence(): number {
    return this.selectSequence.get() as number;
  }

  /** All objects, in order of creation. No snapshot can begin or end while they are walked; walking inside one is fine. */
  *objects(): Generator<PolicyObject> {
    for (const body of this.selectAll.iterate() as Iterable<string>) yield JSON.parse(body);
  }

  /** All claims of all owners. */
  *allClaims(): Generator<Claim> {
    for (const row of this.selectAllClaims.iterate() as Iterable<ClaimRow>) yield decodeClaim(row);
  }

  /** Which secret fields have a value, and its version. */
  secretVersions(): Commit['secrets'] {
    const rows = this.selectSecrets.all() as { path: string; field: string; sealed: string }[];
    return rows.map(({ path, field, sealed }) => ({ path, field, version: secretVersion(sealed) }));
  }

  /** A secret field as it is sealed, with the id of its key. */
  sealedSecret(path: string, field: string): { readonly keyId: string; readonly sealed: string } | undefined {
    return this.selectSecret.get(path, field) as { keyId: string; sealed: string } | undefined;
  }

  /** Every tag in use with the number of objects that have it, by scope and tag; empty where a tag has no scope or no value. */
  tagCounts(): readonly { readonly scope: string; readonly tag: string; readonly objects: number }[] {
    return this.selectTags.all() as { scope: string; tag: string; objects: number }[];
  }

  /** Every system record of some kinds, as JSON text. */
  systemRecords(kinds: readonly string[]): readonly string[] {
    const select = this.handle.prepare('SELECT body FROM system_record WHERE kind IN (SELECT value FROM json_each(?)) ORDER BY kind, id');
    return select.pluck().all(JSON.stringify(kinds)) as string[];
  }

  /** A fact about the installation. */
  fact(name: string): string | undefined {
    return this.handle.prepare('SELECT value FROM meta WHERE name = ?').pluck().get(name) as string | undefined;
  }

  /** Runs reads against one moment of the database; with `sequence()` among them, the moment is known. */
  snapshot<R>(read: () => R): R {
    return this.handle.transaction(read)();
  }

  close(): void {
    this.bodies.close();
    this.handle.close();
  }

  /** One type is the common case: its objects come from the index in the order of their numbers, so a page costs its size only. */
  private sortedChildren(single: boolean, byField: boolean, ascending: boolean): Statement {
    const direction = ascending ? 'ASC' : 'DESC';
    const where = `parent_path = $parentPath AND policy_object.type ${single ? '= $type' : 'IN (SELECT value FROM json_each($wanted))'}`;
    const page = 'LIMIT $size OFFSET $offset';
    const sql = byField
      ? `SELECT after FROM policy_object JOIN change ON position = version WHERE ${where}
         ORDER BY json_extract(after, $field) ${direction}, number ${direction} ${page}`
      : `SELECT after FROM (SELECT number, version FROM policy_object WHERE ${where} ORDER BY number ${direction} ${page})
         JOIN change ON position = version ORDER BY number ${direction}`;
    return this.statement(sql);
  }

  private statement(sql: string): Statement {
    const known = this.composed.get(sql);
    if (known) return known;
    const statement = this.handle.prepare(sql).pluck();
    this.composed.set(sql, statement);
    return statement;
  }
}

/**
 * Opens the database file for reading, in any thread.
 * @param commits `WriterThread.commits`, for a thread that reads single objects so often that it counts
 */
export function openReader(file: string, commits?: Int32Array): StoreReader {
  return new StoreReader(openForReading(file), commits && openBodyReader(file, commits));
}

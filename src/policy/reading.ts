import type { Json } from '../model/body.js';
import { CODES } from '../model/error-codes.js';
import type { FiguresView } from '../model/hooks.js';
import type { PolicyObject } from '../model/policy-object.js';
import { PolicyError } from '../model/problem.js';
import type { Definition, Located, LocatedCollection, Place, Registry } from '../model/registry.js';
import type { IntentReader, PageRequest } from './ports.js';

/** What a client asks of a listing; see `pageOf`. */
export interface ListQuery {
  readonly cursor?: string;
  readonly page_size?: string;
  readonly sort_by?: string;
  readonly sort_ascending?: string;
  readonly included_fields?: string;
}

const LARGEST_PAGE = 1000;

/** Answers reads of intent as JSON text. Stored text is sent as it is; only objects with inline children or figures are put together. */
export class Reading {
  private readonly figuresView: FiguresView;

  constructor(
    private readonly registry: Registry,
    private readonly reader: IntentReader,
  ) {
    const concrete = (type: string) => registry.get(type).variants.map(({ name }) => name);
    this.figuresView = {
      children: (parentPath, type) => reader.children(parentPath, type === undefined ? undefined : concrete(type)),
      count: (parentPath, type) => reader.list(parentPath, concrete(type), { offset: 0, size: 0, ascending: true }).total,
      claimed: (space) => reader.claimed(space),
    };
  }

  /** @throws PolicyError 404 */
  object({ place, path }: Located): string {
    const body = this.reader.body(path);
    if (body === undefined)
      throw new PolicyError({ status: 404, code: CODES.notFound, path, message: `${path} does not exist. Identifiers are case sensitive.` });
    return this.whole(place, path, body);
  }

  /** A page of a collection. The cursor is an offset, and absent on the last page, because real clients rely on both. */
  collection({ place, parentPath }: LocatedCollection, query: ListQuery): string {
    if (!this.reader.exists(parentPath)) {
      throw new PolicyError({ status: 404, code: CODES.notFound, path: parentPath, message: `${parentPath} does not exist. Identifiers are case sensitive.` });
    }
    const page = pageOf(query);
    const types = place.definition.variants.map(({ name }) => name);
    const { bodies, total } = this.reader.list(`${parentPath}`, types, page);
    const results = isStoredWhole(place) ? bodies : bodies.map((body) => this.whole(place, (JSON.parse(body) as PolicyObject).path, body));
    return listing(included(results, query.included_fields), total, page);
  }

  /**
   * The tree from an object down, each child in its wrapper, as the hierarchical API answers it.
   * @param wantedBelow which objects below a wanted one come with it
   */
  tree({ path }: Located, wanted: (definition: Definition) => boolean, wantedBelow: (definition: Definition) => boolean): Json {
    const [root, ...below] = this.reader.subtree(path);
    if (!root) throw new PolicyError({ status: 404, code: CODES.notFound, path, message: `${path} does not exist. Identifiers are case sensitive.` });
    const whole: Json & { children?: Json[] } = { ...root };
    const nodes = new Map<string, Json & { children?: Json[] }>([[path, whole]]);
    const picked = new Set<string>();
    const under = new Set<string>();
    for (const object of below) {
      nodes.set(object.path, { ...object });
      const definition = this.registry.get(object.resource_type);
      const isBelow = under.has(object.parent_path);
      const isPicked = wanted(definition) || (isBelow && wantedBelow(definition));
      if (isPicked) picked.add(object.path);
      if (isPicked || isBelow) under.add(object.path);
    }
    // Children first, so that a branch without anything wanted can be left out.
    for (const { path: at, parent_path: parentPath, id, resource_type: type } of below.reverse()) {
      const node = nodes.get(at) as Json & { children?: Json[] };
      const parent = nodes.get(parentPath);
      if (!parent || (!picked.has(at) && !node.children)) continue;
      const { wrapper: names } = this.registry.get(type).family;
      const wrapper: Json = picked.has(at)
        ? { resource_type: names.type, marked_for_delete: false, [names.field]: node }
        : { resource_type: 'ChildResourceReference', id, target_type: type, children: node.children };
      parent.children = [wrapper, ...(parent.children ?? [])];
    }
    return whole;
  }

  private whole(place: Place, path: string, body: string): string {
    let result = body;
    const { figures } = place.definition;
    if (figures) result = `${result.slice(0, -1)},${JSON.stringify(figures(JSON.parse(body), this.figuresView)).slice(1)}`;
    for (const child of inlinePlaces(place)) {
      const { inline, variants } = child.definition;
      const items = this.reader.list(
        path,
        variants.map(({ name }) => name),
        { offset: 0, size: Number.MAX_SAFE_INTEGER, sortBy: inline?.orderBy, ascending: true },
      );
      result = `${result.slice(0, -1)},${JSON.stringify(inline?.field)}:[${items.bodies.join(',')}]}`;
    }
    return result;
  }
}

function isStoredWhole(place: Place): boolean {
  return place.definition.figures === undefined && inlinePlaces(place).length === 0;
}

function inlinePlaces(place: Place): Place[] {
  return place.children.filter(({ definition }) => definition.inline !== undefined);
}

/** Reads the paging parameters that every listing takes. @throws PolicyError 400 */
export function pageOf(query: ListQuery): PageRequest {
  const offset = wholeNumber(query.cursor, 0);
  const size = wholeNumber(query.page_size, LARGEST_PAGE);
  const bad = (field: string, message: string) => new PolicyError({ status: 400, code: CODES.field, field, message });
  if (offset === undefined) throw bad('cursor', 'Parameter cursor must be one that an earlier page answered.');
  if (size === undefined || size > LARGEST_PAGE) throw bad('page_size', `Parameter page_size must be a number from 0 to ${LARGEST_PAGE}.`);
  if (query.sort_by !== undefined && !/^[a-z_][a-z0-9_]*$/i.test(query.sort_by)) throw bad('sort_by', 'Parameter sort_by must be the name of a field.');
  if (query.sort_ascending !== undefined && !/^(?:true|false)$/.test(query.sort_ascending))
    throw bad('sort_ascending', 'Parameter sort_ascending must be true or false.');
  return { offset, size: size === 0 ? LARGEST_PAGE : size, sortBy: query.sort_by, ascending: query.sort_ascending !== 'false' };
}

function wholeNumber(text: string | undefined, otherwise: number): number | undefined {
  if (text === undefined || text === '') return otherwise;
  return /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}

/** The answer to a listing, from a page of bodies as JSON text. */
export function listing(bodies: readonly string[], total: number, { offset, size, sortBy, ascending }: PageRequest): string {
  const next = offset + bodies.length;
  const more = bodies.length > 0 && next < total && bodies.length >= size ? `,"cursor":"${next}"` : '';
  return `{"results":[${bodies.join(',')}],"result_count":${total},"sort_by":${JSON.stringify(sortBy ?? 'display_name')},"sort_ascending":${ascending}${more}}`;
}

/** Only the fields that a client named, plus those that identify an object. */
export function included(bodies: readonly string[], fields: string | undefined): readonly string[] {
  if (!fields) return bodies;
  const wanted = new Set(
    fields
      .split(',')
      .map((field) => field.trim())
      .concat('id', 'resource_type'),
  );
  return bodies.map((body) => JSON.stringify(Object.fromEntries(Object.entries(JSON.parse(body) as Json).filter(([name]) => wanted.has(name)))));
}

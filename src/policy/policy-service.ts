import type { Json } from '../model/body.js';
import { CODES } from '../model/error-codes.js';
import { PolicyError } from '../model/problem.js';
import { type Definition, type Located, type LocatedCollection, type Registry, verbsOf } from '../model/registry.js';
import type { Feature, Verb } from '../model/resource.js';
import type { Move, Write, WriteCommand } from './command.js';
import type { IntentReader, IntentWriter, RequestContext, WriteResult } from './ports.js';
import { type Prepared, prepareObject } from './prepare.js';
import { type ListQuery, Reading } from './reading.js';
import type { Authorizer } from './request.js';

/** What a client says about a write beside the body: query parameters and headers. */
export interface WriteOptions {
  readonly force?: boolean;
  readonly enforceRevision?: boolean;
  readonly partial?: boolean;
  readonly allowOverwrite?: boolean;
  readonly refuseSubtree?: boolean;
  readonly dryRun?: boolean;
}

/** Every operation on policy objects, for all types alike: finds the type by the path, asks who may, reads or writes. */
export class PolicyService {
  private readonly reading: Reading;

  constructor(
    private readonly registry: Registry,
    private readonly reader: IntentReader,
    private readonly writer: IntentWriter,
    private readonly authorizer: Authorizer,
  ) {
    this.reading = new Reading(registry, reader);
  }

  /** One object, or a page of a collection, as JSON text. */
  read(context: RequestContext, path: string, query: ListQuery): string {
    const found = this.locate(path, 'id' in this.find(path) ? 'GET' : 'LIST');
    this.authorizer.require(context, feature(found.place.definition), 'read');
    return 'id' in found ? this.reading.object(found) : this.reading.collection(found, query);
  }

  /** The tree below an object, in the form that the hierarchical API takes. */
  readTree(context: RequestContext, path: string, wanted: (type: string) => boolean): Json {
    const located = this.object(path, 'GET');
    this.authorizer.require(context, feature(located.place.definition), 'read');
    return this.reading.tree(located, (definition) => wanted(definition.name) && this.authorizer.may(context.actor, feature(definition), 'read'));
  }

  /** @returns the object as it is now, as JSON text */
  async put(context: RequestContext, path: string, body: unknown, options: WriteOptions): Promise<string> {
    const prepared = prepareObject(this.registry, 'put', this.object(path, 'PUT'), body);
    return this.answer(path, await this.apply(context, prepared, options));
  }

  async patch(context: RequestContext, path: string, body: unknown, options: WriteOptions): Promise<void> {
    const located = this.object(path, 'PATCH');
    const { partial } = options;
    const prepared = prepareObject(this.registry, 'patch', located, body, { partial });
    const isTree = prepared.writes.some((write) => write.path !== path && write.op !== 'merge');
    await this.apply(context, prepared, options, isTree);
  }

  async delete(context: RequestContext, path: string, options: WriteOptions): Promise<void> {
    const { place } = this.object(path, 'DELETE');
    await this.apply(context, { writes: [{ op: 'delete', path }], features: new Set([feature(place.definition)]) }, options);
  }

  /** `POST ?action=revise`: writes the object and moves it among its siblings. */
  async revise(context: RequestContext, path: string, body: unknown, move: Move, options: WriteOptions): Promise<string> {
    const located = this.object(path, 'PUT');
    if (!located.place.definition.actions?.includes('revise')) throw unknownAction(path, 'revise');
    const given = body ?? this.reader.get(path) ?? {};
    const prepared = prepareObject(this.registry, 'patch', located, given, { move });
    return this.answer(path, await this.apply(context, prepared, { ...options, enforceRevision: true }));
  }

  private answer(path: string, _result: WriteResult): string {
    return this.reading.object(this.object(path, 'GET'));
  }

  private apply(context: RequestContext, { writes, features }: Prepared, options: WriteOptions, countUnchanged = false): Promise<WriteResult> {
    for (const one of features) this.authorizer.require(context, one, 'write');
    const { force, enforceRevision, allowOverwrite, refuseSubtree, dryRun } = options;
    const command: WriteCommand = {
      context,
      writes: writes as readonly Write[],
      force,
      enforceRevision,
      allowOverwrite,
      refuseSubtree,
      dryRun,
      countUnchanged,
    };
    return this.writer.write(command);
  }

  private object(path: string, verb: Verb): Located {
    const found = this.locate(path, verb);
    if ('id' in found) return found;
    throw new PolicyError({ status: 400, code: CODES.unknownRoute, path, message: `${path} is a collection: name one of its objects.` });
  }

  private locate(path: string, verb: Verb): Located | LocatedCollection {
    const found = this.find(path);
    if (verbsOf(found.place).includes(verb)) return found;
    throw new PolicyError({
      status: 400,
      code: CODES.unknownRoute,
      path,
      message: `${found.place.definition.name} at ${found.place.template} has no ${verb}: it has ${verbsOf(found.place).join(', ')}.`,
    });
  }

  private find(path: string): Located | LocatedCollection {
    const found = this.registry.locate(path) ?? this.registry.locateCollection(path);
    if (found) return found;
    throw new PolicyError({ status: 404, code: CODES.unknownRoute, path, message: `${path} is not a path of the policy tree: check its spelling.` });
  }
}

function feature(definition: Definition): Feature {
  return definition.feature ?? 'system';
}

function unknownAction(path: string, action: string): PolicyError {
  return new PolicyError({ status: 400, code: CODES.unknownRoute, path, message: `${path} has no action ${action}.` });
}

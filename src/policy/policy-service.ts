import type { Json } from '../model/body.js';
import { CODES } from '../model/error-codes.js';
import { PolicyError } from '../model/problem.js';
import { type Definition, type Located, type LocatedCollection, type Registry, verbsOf } from '../model/registry.js';
import type { Feature, Verb } from '../model/resource.js';
import type { Move, WriteCommand } from './command.js';
import type { IntentReader, IntentWriter, RequestContext, WriteResult } from './ports.js';
import { type Prepared, prepareObject } from './prepare.js';
import { type ListQuery, Reading } from './reading.js';
import type { Authorizer } from './request.js';
import type { TreeFilter } from './tree-filter.js';

/** What a client says about a write beside the body: query parameters and headers. */
export interface WriteOptions {
  readonly force?: boolean;
  readonly enforceRevision?: boolean;
  readonly partial?: boolean;
  readonly allowOverwrite?: boolean;
  readonly refuseSubtree?: boolean;
  readonly dryRun?: boolean;
}

/** A write whose body is still the bytes that came: too large to be parsed and checked between other requests. */
export interface LargeWrite {
  readonly op: 'put' | 'patch';
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly context: RequestContext;
  readonly options: WriteOptions;
  /** What the actor may change; found out here, because roles are known here. */
  readonly writable: readonly Feature[];
}

export type LargeWriteOutcome = { readonly denied: Feature } | { readonly result: WriteResult };

/** Prepares large bodies on a thread of its own and hands them to the writer from there. */
export interface LargeBodies {
  write(write: LargeWrite): Promise<LargeWriteOutcome>;
}

/** Every operation on policy objects, for all types alike: finds the type by the path, asks who may, reads or writes. */
export class PolicyService {
  private readonly reading: Reading;

  constructor(
    private readonly registry: Registry,
    private readonly reader: IntentReader,
    private readonly writer: IntentWriter,
    private readonly authorizer: Authorizer,
    private readonly largeBodies: LargeBodies,
  ) {
    this.reading = new Reading(registry, reader);
  }

  /** One object, or a page of a collection, as JSON text. */
  read(context: RequestContext, path: string, query: ListQuery): string {
    const found = this.find(path);
    refuseOther(found, 'id' in found ? 'GET' : 'LIST', path);
    this.authorizer.require(context, feature(found.place.definition), 'read');
    return 'id' in found ? this.reading.object(found) : this.reading.collection(found, query);
  }

  /** The tree below an object, in the form that the hierarchical API takes. */
  readTree(context: RequestContext, { basePath, wanted, wantedBelow }: TreeFilter): Json {
    const located = this.object(basePath, 'GET');
    this.authorizer.require(context, feature(located.place.definition), 'read');
    const readable = (definition: Definition): boolean => !definition.internal && this.authorizer.may(context.actor, feature(definition), 'read');
    const either = (test: (type: string) => boolean) => (definition: Definition) =>
      readable(definition) && (test(definition.name) || test(definition.family.name));
    return this.reading.tree(located, either(wanted), either(wantedBelow));
  }

  /** @returns the object as it is now, as JSON text; nothing of a trial, which leaves no object to read */
  async put(context: RequestContext, path: string, body: unknown, options: WriteOptions): Promise<string | undefined> {
    const located = this.object(path, 'PUT');
    if (body instanceof Uint8Array) await this.writeLarge({ op: 'put', path, bytes: body, context, options });
    else await this.apply(context, commandOf(context, prepareObject(this.registry, 'put', located, body), options));
    return options.dryRun ? undefined : this.answer(path);
  }

  /** @returns the object as it is now, as JSON text, of the types whose PATCH answers it */
  async patch(context: RequestContext, path: string, body: unknown, options: WriteOptions): Promise<string | undefined> {
    const located = this.object(path, 'PATCH');
    if (body instanceof Uint8Array) await this.writeLarge({ op: 'patch', path, bytes: body, context, options });
    else await this.apply(context, commandOf(context, prepareObject(this.registry, 'patch', located, body, options), options, path));
    return located.place.definition.patchAnswers && !options.dryRun ? this.answer(path) : undefined;
  }

  async delete(context: RequestContext, path: string, options: WriteOptions): Promise<void> {
    const { place } = this.object(path, 'DELETE');
    const prepared: Prepared = { writes: [{ op: 'delete', path }], features: new Set([feature(place.definition)]) };
    await this.apply(context, commandOf(context, prepared, options));
  }

  /** `POST ?action=revise`: writes the object and moves it among its siblings. Answers as `put` does. */
  async revise(context: RequestContext, path: string, body: unknown, move: Move, options: WriteOptions): Promise<string | undefined> {
    const located = this.object(path, 'PUT');
    if (!located.place.definition.actions?.includes('revise')) throw unknownAction(path, 'revise');
    const given = body ?? this.reader.get(path) ?? {};
    const prepared = prepareObject(this.registry, 'patch', located, given, { move });
    await this.apply(context, commandOf(context, prepared, { ...options, enforceRevision: true }));
    return options.dryRun ? undefined : this.answer(path);
  }

  private answer(path: string): string {
    return this.reading.object(this.object(path, 'GET'));
  }

  private async apply(context: RequestContext, { command, features }: PreparedCommand): Promise<void> {
    for (const one of features) this.authorizer.require(context, one, 'write');
    await this.writer.write(command);
  }

  private async writeLarge(write: Omit<LargeWrite, 'writable'>): Promise<void> {
    const { actor } = write.context;
    const features = new Set(this.registry.definitions.map(feature));
    const writable = [...features].filter((one) => this.authorizer.may(actor, one, 'write'));
    const outcome = await this.largeBodies.write({ ...write, writable });
    if ('denied' in outcome) this.authorizer.require(write.context, outcome.denied, 'write');
  }

  private object(path: string, verb: Verb): Located {
    const found = this.locate(path, verb);
    if ('id' in found) return found;
    throw new PolicyError({ status: 400, code: CODES.unknownRoute, path, message: `${path} is a collection: name one of its objects.` });
  }

  private locate(path: string, verb: Verb): Located | LocatedCollection {
    const found = this.find(path);
    refuseOther(found, verb, path);
    return found;
  }

  private find(path: string): Located | LocatedCollection {
    const found = this.registry.locate(path) ?? this.registry.locateCollection(path);
    if (found && !found.place.definition.internal) return found;
    throw new PolicyError({ status: 404, code: CODES.unknownRoute, path, message: `${path} is not a path of the policy tree: check its spelling.` });
  }
}

export interface PreparedCommand {
  readonly command: WriteCommand;
  /** What the actor must be allowed to change. */
  readonly features: ReadonlySet<Feature>;
}

/**
 * The command for a prepared body.
 * @param patched path of the object that was patched: where the body holds more than that, it was sent to the hierarchical API
 */
export function commandOf(context: RequestContext, { writes, features }: Prepared, options: WriteOptions, patched?: string): PreparedCommand {
  const { force, enforceRevision, allowOverwrite, refuseSubtree, dryRun } = options;
  const countUnchanged = patched !== undefined && writes.some(({ op, path }) => path !== patched && op !== 'merge');
  return { command: { context, writes, force, enforceRevision, allowOverwrite, refuseSubtree, dryRun, countUnchanged }, features };
}

function feature(definition: Definition): Feature {
  return definition.feature ?? 'system';
}

/** @throws PolicyError 400 when the objects there do not have the verb */
function refuseOther({ place }: Located | LocatedCollection, verb: Verb, path: string): void {
  const verbs = verbsOf(place);
  if (verbs.includes(verb)) return;
  const message = `${place.definition.name} at ${place.template} has no ${verb}: it has ${verbs.join(', ')}.`;
  throw new PolicyError({ status: 400, code: CODES.unknownRoute, path, message });
}

function unknownAction(path: string, action: string): PolicyError {
  return new PolicyError({ status: 400, code: CODES.unknownRoute, path, message: `${path} has no action ${action}.` });
}

import { systemWrite } from '../../src/manager/seed.js';
import { withoutEmpty } from '../../src/model/body.js';
import type { DefaultObject } from '../../src/model/defaults/default-object.js';
import type { AddressRange, Claim } from '../../src/model/hooks.js';
import type { PolicyObject } from '../../src/model/policy-object.js';
import { PolicyError } from '../../src/model/problem.js';
import { registry } from '../../src/model/types.js';
import { validate } from '../../src/model/validator.js';
import { applyCommand } from '../../src/policy/apply.js';
import type { Write, WriteCommand } from '../../src/policy/command.js';
import type { IntentTransaction, Reference, SecretChange } from '../../src/policy/ports.js';
import { prepareObject } from '../../src/policy/prepare.js';
import { overlaps } from '../../src/shared/address.js';

type Body = Record<string, unknown>;

/** What a test reads back: any field may be there. */
// biome-ignore lint/suspicious/noExplicitAny: tests look at fields by name
export type Stored = PolicyObject & Record<string, any>;

/**
 * Intent in memory behind the real write pipeline, so that tests of types see what a client sees without a database: bodies are
 * validated and completed, hooks run, and a refused request leaves nothing behind.
 */
export class MemoryIntent {
  private committed = new MemoryTransaction();

  patch(path: string, body: Body, options: Partial<WriteCommand> = {}): Stored {
    return this.write('patch', path, body, options);
  }

  put(path: string, body: Body): Stored {
    return this.write('put', path, { ...body, _revision: this.committed.get(path)?._revision });
  }

  /** Changes only the fields that the body names. */
  change(path: string, body: Body): Stored {
    const located = registry.locate(path);
    if (!located) throw new Error(`nothing hangs at ${path}`);
    this.run(prepareObject(registry, 'patch', located, structuredClone(body), { partial: true }).writes, {});
    return this.committed.get(path) as Stored;
  }

  /** Writes as the system does at first start: read-only fields are taken as they are. */
  seed(objects: readonly DefaultObject[]): void {
    for (const object of objects) {
      const [problem] = validate(registry.get(typeOf(object)).struct, withoutEmpty(registry.get(typeOf(object)).struct, { ...object.body }));
      if (problem) throw new PolicyError({ ...problem, path: object.path });
    }
    this.run(
      objects.map((object) => systemWrite(registry, object)),
      { asSystem: true },
    );
  }

  remove(path: string, options: Partial<WriteCommand> = {}): void {
    this.run([{ op: 'delete', path }], options);
  }

  read(path: string): Stored {
    const object = this.committed.get(path);
    if (!object) throw new Error(`${path} does not exist`);
    return object as Stored;
  }

  /** Paths of all objects that begin with a text, in order. */
  paths(prefix: string): string[] {
    return this.committed.paths((path) => path.startsWith(prefix));
  }

  /** Numbers, or first numbers of ranges, that an owner holds in a space. */
  held(owner: string, space: string): bigint[] {
    return this.committed.claims(owner, space).map(({ low }) => low);
  }

  /** Spaces in which an owner holds anything, in order. */
  spaces(owner: string): string[] {
    return [...new Set(this.committed.claims(owner).map(({ space }) => space))].sort();
  }

  /** What is wrong with a request: message and field of the first problem. */
  refusal(request: () => unknown): { status: number; code: number; field: string | undefined; message: string } {
    try {
      request();
    } catch (error) {
      if (!(error instanceof PolicyError)) throw error;
      const [{ status, code, field, message }] = error.problems;
      return { status, code, field, message };
    }
    throw new Error('the request was accepted');
  }

  secret(path: string, field: string): string | undefined {
    return this.committed.secrets.get(`${path} ${field}`);
  }

  private write(op: 'put' | 'patch', path: string, body: Body, options: Partial<WriteCommand> = {}): Stored {
    const located = registry.locate(path);
    if (!located) throw new Error(`nothing hangs at ${path}`);
    this.run(prepareObject(registry, op, located, structuredClone(body)).writes, options);
    return this.committed.get(path) as Stored;
  }

  private run(writes: readonly Write[], options: Partial<WriteCommand>): void {
    const context = { actor: { user: 'ada', principal: false, roles: ['enterprise_admin'] }, requestId: 'r', source: '', method: 'PATCH', uri: '' };
    const transaction = this.committed.copy();
    applyCommand(registry, transaction, { context, writes, ...options });
    this.committed = transaction;
  }
}

function typeOf({ path, body }: DefaultObject): string {
  return (body.resource_type as string | undefined) ?? registry.locate(path)?.place.definition.name ?? path;
}

/** The store as the pipeline sees it: straightforward and slow. */
class MemoryTransaction implements IntentTransaction {
  now = 1_700_000_000_000;
  private objects = new Map<string, PolicyObject>();
  private references = new Map<string, readonly Reference[]>();
  private held: readonly Claim[] = [];
  private counters = new Map<string, number>();
  secrets = new Map<string, string>();
  private uuids = 0;

  copy(): MemoryTransaction {
    const copy = new MemoryTransaction();
    copy.objects = new Map(this.objects);
    copy.references = new Map(this.references);
    copy.held = this.held;
    copy.counters = new Map(this.counters);
    copy.secrets = new Map(this.secrets);
    copy.uuids = this.uuids;
    return copy;
  }

  uuid(): string {
    this.uuids += 1;
    return `00000000-0000-4000-8000-${String(this.uuids).padStart(12, '0')}`;
  }

  get(path: string): PolicyObject | undefined {
    return this.objects.get(path);
  }

  children(parentPath: string, types?: readonly string[]): readonly PolicyObject[] {
    return this.paths((path) => this.objects.get(path)?.parent_path === parentPath)
      .map((path) => this.objects.get(path) as PolicyObject)
      .filter(({ resource_type: type }) => types?.includes(type) ?? true);
  }

  descendants(path: string): readonly string[] {
    return this.paths((one) => one.startsWith(`${path}/`));
  }

  referencesTo(path: string): readonly Reference[] {
    return [...this.references.values()].flat().filter(({ target }) => target === path);
  }

  referencesInto(path: string): readonly Reference[] {
    const inside = (one: string): boolean => one === path || one.startsWith(`${path}/`);
    return [...this.references.values()].flat().filter(({ source, target }) => inside(target) && !inside(source));
  }

  put(object: PolicyObject, references: readonly Reference[]): void {
    this.objects.set(object.path, structuredClone(object));
    this.references.set(object.path, references);
  }

  delete(path: string): void {
    this.objects.delete(path);
    this.references.delete(path);
    this.release(path);
    for (const key of this.secrets.keys()) if (key.startsWith(`${path} `)) this.secrets.delete(key);
  }

  setSecret({ path, field, value }: SecretChange): void {
    if (value === undefined) this.secrets.delete(`${path} ${field}`);
    else this.secrets.set(`${path} ${field}`, value);
  }

  secretFields(path: string): readonly string[] {
    return [...this.secrets.keys()].filter((key) => key.startsWith(`${path} `)).map((key) => key.slice(path.length + 1));
  }

  take(space: string, owner: string, low: bigint, high: bigint, wish?: bigint): bigint | undefined {
    const mine = this.claims(owner, space).filter((claim) => claim.low >= low && claim.high <= high);
    const same = mine.find((claim) => wish === undefined || claim.low === wish);
    if (same) return same.low;
    const isFree = (number: bigint): boolean => !this.held.some((claim) => claim.space === space && claim.low <= number && number <= claim.high);
    for (let number = wish ?? low; number <= high; number += 1n) {
      if (isFree(number)) {
        this.held = [...this.held.filter((claim) => !mine.includes(claim)), { space, owner, family: number < 1n << 32n ? 4 : 6, low: number, high: number }];
        return number;
      }
      if (wish !== undefined) return undefined;
    }
    return undefined;
  }

  next(space: string): number {
    const number = (this.counters.get(space) ?? 0) + 1;
    this.counters.set(space, number);
    return number;
  }

  release(owner: string, space?: string): void {
    this.held = this.held.filter((claim) => claim.owner !== owner || (space !== undefined && claim.space !== space));
  }

  claim(space: string, owner: string, ranges: readonly AddressRange[]): void {
    this.release(owner, space);
    this.held = [...this.held, ...ranges.map(({ family, low, high }) => ({ space, owner, family, low, high }))];
  }

  overlap(space: string, range: AddressRange, owner: string): Claim | undefined {
    return this.held.filter((claim) => claim.space === space && claim.owner !== owner && overlaps(claim, range)).sort((a, b) => (a.low < b.low ? -1 : 1))[0];
  }

  lowestFree(space: string, from: bigint): bigint {
    const taken = this.held.find((claim) => claim.space === space && claim.low <= from && from <= claim.high);
    return taken ? this.lowestFree(space, taken.high + 1n) : from;
  }

  claims(owner: string, space?: string): readonly Claim[] {
    return this.held.filter((claim) => claim.owner === owner && (space === undefined || claim.space === space));
  }

  paths(wanted: (path: string) => boolean): string[] {
    return [...this.objects.keys()].filter(wanted).sort();
  }
}

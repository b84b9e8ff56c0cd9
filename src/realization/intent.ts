import type { PolicyObject } from '../model/policy-object.js';
import type { Commit } from '../policy/ports.js';
import type { Cells, Input } from './cells.js';

type ClaimChange = Commit['claims'][number];

/** Fields by which others are looked up backwards: which objects of `type` name a path in `field`. */
const REVERSED: Readonly<Record<string, readonly string[]>> = {
  Segment: ['connectivity_path'],
  Tier1: ['tier0_path'],
  LBService: ['connectivity_path'],
  LBVirtualServer: ['lb_service_path'],
  Tier0: ['vrf_config.tier0_path'],
};

/** Committed intent and the numbers allocated for it, as the functions of the graph read them. */
export interface IntentReads {
  object<T extends object = PolicyObject>(path: string | undefined): (T & PolicyObject) | undefined;
  /** Paths of direct children of a type, sorted. */
  children(parentPath: string, type: string): readonly string[];
  /** Paths of all objects of a type, sorted. */
  ofType(type: string): readonly string[];
  /** Paths of objects of a type that name `target` in a field, sorted. */
  referrers(type: string, field: string, target: string): readonly string[];
  /** The number that an owner holds in a space. */
  number(space: string, owner: string): number | undefined;
}

/** What of an object is looked up by: the same for the graph and for the full computation. */
export function indexKeys(object: PolicyObject): string[] {
  const type = object.resource_type;
  const keys = [`type ${type}`, `child ${type} ${object.parent_path}`];
  for (const field of REVERSED[type] ?? []) {
    const target = field.split('.').reduce<unknown>((value, name) => (value as Record<string, unknown> | undefined)?.[name], object);
    if (typeof target === 'string') keys.push(`${type}.${field} ${target}`);
  }
  return keys;
}

/** Intent and claims as plain maps with indexes. */
export class Intent {
  private readonly objects = new Map<string, PolicyObject>();
  private readonly index = new Map<string, Set<string>>();
  private readonly numbers = new Map<string, number>();

  get size(): number {
    return this.objects.size;
  }

  get(path: string): PolicyObject | undefined {
    return this.objects.get(path);
  }

  all(): Iterable<PolicyObject> {
    return this.objects.values();
  }

  /** Stores an object, or removes it; answers what was there and the index keys whose lists of paths changed. */
  set(path: string, after: PolicyObject | undefined): { before: PolicyObject | undefined; moved: string[] } {
    const before = this.objects.get(path);
    if (after) this.objects.set(path, after);
    else this.objects.delete(path);
    const old = before ? indexKeys(before) : [];
    const now = after ? indexKeys(after) : [];
    const moved = [];
    for (const key of old) {
      if (now.includes(key)) continue;
      const paths = this.index.get(key)!;
      paths.delete(path);
      if (paths.size === 0) this.index.delete(key);
      moved.push(key);
    }
    for (const key of now) {
      if (old.includes(key)) continue;
      const paths = this.index.get(key);
      if (paths) paths.add(path);
      else this.index.set(key, new Set([path]));
      moved.push(key);
    }
    return { before, moved };
  }

  paths(indexKey: string): readonly string[] {
    const paths = this.index.get(indexKey);
    return paths ? [...paths].sort() : [];
  }

  claim(claim: ClaimChange): string {
    const key = `${claim.space} ${claim.owner}`;
    const low = Number(claim.low);
    if (!claim.gone) this.numbers.set(key, low);
    else if (this.numbers.get(key) === low) this.numbers.delete(key);
    return key;
  }

  number(key: string): number | undefined {
    return this.numbers.get(key);
  }
}

/** Intent as inputs of cells: what a function read is what it is computed again for. */
export class IntentInputs implements IntentReads {
  private readonly objectInput: Input<PolicyObject | undefined>;
  private readonly pathsInput: Input<readonly string[]>;
  private readonly numberInput: Input<number | undefined>;

  constructor(
    cells: Cells,
    readonly intent: Intent,
  ) {
    this.objectInput = cells.input((path) => intent.get(path));
    this.pathsInput = cells.input((key) => intent.paths(key));
    this.numberInput = cells.input((key) => intent.number(key));
  }

  set(path: string, after: PolicyObject | undefined): PolicyObject | undefined {
    const { before, moved } = this.intent.set(path, after);
    this.objectInput.changed(path);
    for (const key of moved) this.pathsInput.changed(key);
    return before;
  }

  claim(claim: ClaimChange): void {
    this.numberInput.changed(this.intent.claim(claim));
  }

  object<T extends object = PolicyObject>(path: string | undefined): (T & PolicyObject) | undefined {
    return path === undefined ? undefined : (this.objectInput.read(path) as (T & PolicyObject) | undefined);
  }

  children(parentPath: string, type: string): readonly string[] {
    return this.pathsInput.read(`child ${type} ${parentPath}`);
  }

  ofType(type: string): readonly string[] {
    return this.pathsInput.read(`type ${type}`);
  }

  referrers(type: string, field: string, target: string): readonly string[] {
    return this.pathsInput.read(`${type}.${field} ${target}`);
  }

  number(space: string, owner: string): number | undefined {
    return this.numberInput.read(`${space} ${owner}`);
  }
}

import type { DhcpV4StaticBindingConfig } from '../model/networking/dhcp-v4-static-binding-config.resource.js';
import type { PolicyObject } from '../model/policy-object.js';
import type { Commit } from '../policy/ports.js';
import type { Cells, Input } from './cells.js';
import { canonicalMac } from './groups/selector.js';
import { MultiMap } from './multimap.js';
import type { SecretReference } from './resources.pb.js';
import { SmallMap } from './small-map.js';

type ClaimChange = Commit['claims'][number];
type SecretChange = Commit['secrets'][number];

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
  /** Paths of the static DHCP bindings of a segment for a MAC address in canonical form, sorted. */
  bindings(segment: string, mac: string): readonly string[];
  /** The number that an owner holds in a space. */
  number(space: string, owner: string): number | undefined;
  /** The same where it is an address, which may be too large for a number. */
  address(space: string, owner: string): bigint | undefined;
}

/** Types whose objects are asked for as a whole. */
const LISTED: ReadonlySet<string> = new Set(['PolicyTransportZone']);

/** Types whose objects are asked for by their parent. */
const CHILDREN: ReadonlySet<string> = new Set([
  'PolicyEdgeNode',
  'LocaleServices',
  'Tier0Interface',
  'Tier1Interface',
  'StaticRoutes',
  'StaticRouteBfdPeer',
  'PolicyNat',
  'PolicyNatRule',
  'BgpNeighborConfig',
  'DhcpV4StaticBindingConfig',
  'DhcpV6StaticBindingConfig',
  'SegmentSecurityProfileBindingMap',
  'PortSecurityProfileBindingMap',
]);

/** Types whose objects are asked for by their parent and their MAC address. */
const BINDINGS: ReadonlySet<string> = new Set(['DhcpV4StaticBindingConfig', 'DhcpV6StaticBindingConfig']);

export function bindingKey(segment: string, mac: string): string {
  return `binding ${segment} ${mac}`;
}

/**
 * What an object is looked up by, beside its path: the same for the graph and for the full computation. Only what some unit asks
 * for, since the most numerous types (ports, rules) are asked for by nobody.
 */
export function indexKeys(object: PolicyObject): string[] {
  const type = object.resource_type;
  const keys: string[] = [];
  if (LISTED.has(type)) keys.push(`type ${type}`);
  if (CHILDREN.has(type)) keys.push(`child ${type} ${object.parent_path}`);
  if (BINDINGS.has(type)) keys.push(bindingKey(object.parent_path, canonicalMac((object as PolicyObject & DhcpV4StaticBindingConfig).mac_address)));
  for (const field of REVERSED[type] ?? []) {
    const target = field.split('.').reduce<unknown>((value, name) => (value as Record<string, unknown> | undefined)?.[name], object);
    if (typeof target === 'string') keys.push(`${type}.${field} ${target}`);
  }
  return keys;
}

/** Intent and claims as plain maps with indexes. */
export class Intent {
  private readonly objects = new Map<string, PolicyObject>();
  private readonly index = new MultiMap<string, string>();
  /** Numbers by owner, then by space; those that no number holds exactly as they are. */
  private readonly numbers = new Map<string, SmallMap<string, number | bigint>>();
  /** Versions of secret fields, by path and field. */
  private readonly secrets = new Map<string, string>();

  get size(): number {
    return this.objects.size;
  }

  get(path: string): PolicyObject | undefined {
    return this.objects.get(path);
  }

  /** Stores an object, or removes it; answers what was there and the index keys whose lists of paths changed. */
  set(path: string, after: PolicyObject | undefined): { before: PolicyObject | undefined; moved: readonly string[] } {
    const before = this.objects.get(path);
    if (after) this.objects.set(path, after);
    else this.objects.delete(path);
    const old = before ? indexKeys(before) : [];
    const now = after ? indexKeys(after) : [];
    const gone = old.filter((key) => !now.includes(key));
    const come = now.filter((key) => !old.includes(key));
    for (const key of gone) this.index.delete(key, path);
    for (const key of come) this.index.add(key, path);
    return { before, moved: [...gone, ...come] };
  }

  paths(indexKey: string): readonly string[] {
    return [...this.index.get(indexKey)].sort();
  }

  claim({ space, owner, low, gone }: ClaimChange): void {
    const held = this.numbers.get(owner) ?? new SmallMap<string, number | bigint>();
    const number = low <= Number.MAX_SAFE_INTEGER ? Number(low) : low;
    if (!gone) held.set(space, number);
    else if (held.get(space) === number) held.delete(space);
    if (held.size > 0) this.numbers.set(owner, held);
    else this.numbers.delete(owner);
  }

  claimed(space: string, owner: string): number | bigint | undefined {
    return this.numbers.get(owner)?.get(space);
  }

  /** Notes that a secret field has another value now, or none. Answers the key by which it is asked for. */
  setSecret({ path, field, version }: SecretChange): string {
    const key = `${path} ${field}`;
    if (version === undefined) this.secrets.delete(key);
    else this.secrets.set(key, version);
    return key;
  }

  /** The version of a secret, never the secret itself. */
  secretVersion(key: string): string | undefined {
    return this.secrets.get(key);
  }
}

/** Intent as inputs of cells: what a function read is what it is computed again for. */
export class IntentInputs implements IntentReads {
  private readonly objectInput: Input<PolicyObject | undefined>;
  private readonly pathsInput: Input<readonly string[]>;
  /** Owners of numbers: what one of them holds is read as a whole. */
  private readonly ownerInput: Input<void>;
  private readonly secretInput: Input<string | undefined>;

  constructor(
    cells: Cells,
    readonly intent: Intent,
  ) {
    this.objectInput = cells.input((path) => intent.get(path));
    this.pathsInput = cells.input((key) => intent.paths(key));
    this.ownerInput = cells.input(() => undefined);
    this.secretInput = cells.input((key) => intent.secretVersion(key));
  }

  set(path: string, after: PolicyObject | undefined): PolicyObject | undefined {
    const { before, moved } = this.intent.set(path, after);
    this.objectInput.changed(path);
    for (const key of moved) this.pathsInput.changed(key);
    return before;
  }

  claim(claim: ClaimChange): void {
    this.intent.claim(claim);
    this.ownerInput.changed(claim.owner);
  }

  setSecret(secret: SecretChange): void {
    this.secretInput.changed(this.intent.setSecret(secret));
  }

  secret(path: string, field: string): SecretReference | undefined {
    const version = this.secretInput.read(`${path} ${field}`);
    return version === undefined ? undefined : { path, field, version };
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

  bindings(segment: string, mac: string): readonly string[] {
    return this.pathsInput.read(bindingKey(segment, mac));
  }

  number(space: string, owner: string): number | undefined {
    this.ownerInput.read(owner);
    const claimed = this.intent.claimed(space, owner);
    return claimed === undefined ? undefined : Number(claimed);
  }

  address(space: string, owner: string): bigint | undefined {
    this.ownerInput.read(owner);
    const claimed = this.intent.claimed(space, owner);
    return claimed === undefined ? undefined : BigInt(claimed);
  }
}

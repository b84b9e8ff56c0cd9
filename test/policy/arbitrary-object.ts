import fc from 'fast-check';
import type { Json } from '../../src/model/body.js';
import { type FieldFacts, type Format, fieldsOf, type ReferenceFacts, type StructClass, variantOf } from '../../src/model/field.js';
import type { Definition } from '../../src/model/registry.js';
import { problemOfId } from '../../src/policy/prepare.js';
import { REFINEMENTS, REQUIRED_BY_CHECKS } from './refinements.js';

/**
 * Valid bodies of any type, made from nothing but its field facts: a new type is tested by being there. What a type's own checks
 * ask for beyond its fields stands in `refinements.ts`.
 */

/** How much of what may be left out is there: nothing, any of it, or all of it. */
export type Extent = 'least' | 'some' | 'all';

export interface Surroundings {
  /** Where the object will hang. */
  readonly parentPath: string;
  /** Paths of objects that a reference to a type may point to. */
  targets(type: string): readonly string[];
}

/** Fields of the object itself that the request decides about, not its type. */
const IDENTITY = new Set(['id', 'resource_type', '_revision']);

/** Structures inside structures inside structures are made as small as they can be, so that bodies stay readable. */
const DEEPEST = 3;

export function arbitraryBody(definition: Definition, extent: Extent, surroundings: Surroundings): fc.Arbitrary<Json> {
  const fields = fieldsIn(definition, extent);
  const plain = new Maker(surroundings).structure(fields, extent, 0);
  if (!plain) throw new Error(`a ${definition.name} must refer to something, and nothing is there`);
  const refined = plain.map((body) => {
    REFINEMENTS[definition.name]?.(body, surroundings);
    return { resource_type: definition.name, ...body };
  });
  return extent === 'some' ? refined.chain((body) => withNoise(body, definition.fields)) : refined;
}

/** The fields that a body of an extent may have, each required if it must be there. */
export function fieldsIn(definition: Definition, extent: Extent): readonly FieldFacts[] {
  const also = REQUIRED_BY_CHECKS[definition.name] ?? [];
  return definition.fields
    .filter(({ name, readOnly }) => !readOnly && !IDENTITY.has(name))
    .map((facts) => (also.includes(facts.name) ? { ...facts, required: true } : facts))
    .filter(({ required }) => required || extent !== 'least');
}

/** Identifiers as people and programs choose them, some of them odd but sound. The serial number makes them unique. */
export function arbitraryId(serial: () => number): fc.Arbitrary<string> {
  return text(1, 24)
    .filter((id) => problemOfId(id) === undefined && id.isWellFormed())
    .map((id) => `${id}-${serial()}`);
}

class Maker {
  constructor(private readonly surroundings: Surroundings) {}

  /** Undefined: something required needs an object to refer to, and there is none. */
  structure(fields: readonly FieldFacts[], extent: Extent, depth: number): fc.Arbitrary<Json> | undefined {
    const members: Record<string, fc.Arbitrary<unknown>> = {};
    const required: string[] = [];
    for (const facts of fields) {
      if (facts.readOnly) continue;
      const isRequired = facts.required === true || extent === 'all';
      if (!isRequired && extent === 'least') continue;
      const value = this.field(facts, extent, depth);
      if (value === undefined) {
        if (facts.required) return undefined;
        continue;
      }
      members[facts.name] = value;
      if (isRequired) required.push(facts.name);
    }
    return fc.record(members, { requiredKeys: required, noNullPrototype: true });
  }

  private field(facts: FieldFacts, extent: Extent, depth: number): fc.Arbitrary<unknown> | undefined {
    const value = this.value(facts, extent, depth);
    if (value === undefined || !facts.array) return value;
    const least = Math.max(facts.minItems ?? 0, facts.required ? 0 : 1);
    return fc.array(value, { minLength: least, maxLength: Math.max(least, Math.min(facts.maxItems ?? 3, 3)) });
  }

  private value(facts: FieldFacts, extent: Extent, depth: number): fc.Arbitrary<unknown> | undefined {
    if (facts.structs) {
      const inner = depth + 1 >= DEEPEST ? 'least' : extent;
      const kinds = facts.structs().flatMap((struct) => this.kind(struct, inner, depth + 1));
      return kinds.length === 0 ? undefined : fc.oneof(...kinds);
    }
    if (facts.enum) return fc.constantFrom(...facts.enum);
    if (facts.refs) return this.reference(facts, facts.refs);
    switch (facts.type) {
      case 'boolean':
        return fc.boolean();
      case 'integer':
        return fc.integer({ min: facts.min ?? -0x80000000, max: facts.max ?? 0x7fffffff });
      case 'number':
        return fc.double({ min: facts.min, max: facts.max, noNaN: true, noDefaultInfinity: true }).map((number) => number + 0);
      case 'object':
        return fc.dictionary(fc.string({ minLength: 1, maxLength: 8 }), fc.string(), { noNullPrototype: true });
      default:
        return plainText(facts);
    }
  }

  private kind(struct: StructClass, extent: Extent, depth: number): fc.Arbitrary<Json>[] {
    const variant = variantOf(struct);
    const made = this.structure(fieldsOf(struct), extent, depth);
    if (!made) return [];
    return [variant ? made.map((value) => ({ ...value, [variant.property]: variant.value })) : made];
  }

  private reference(facts: FieldFacts, { to, also = [] }: ReferenceFacts): fc.Arbitrary<string> | undefined {
    const paths = to.flatMap((type) => this.surroundings.targets(type));
    const literals = also.map((kind) => {
      if (kind === 'ANY') return fc.constant('ANY');
      return kind === 'ADDRESS' ? FORMATTED['address-or-block-or-range'] : plainText({ ...facts, refs: undefined }).filter((value) => !value.startsWith('/'));
    });
    const choices = [...(paths.length > 0 ? [fc.constantFrom(...paths)] : []), ...literals];
    return choices.length === 0 ? undefined : fc.oneof(...choices);
  }
}

function plainText({ format, pattern, minLength = 0, maxLength = 64 }: FieldFacts): fc.Arbitrary<string> {
  const fits = (value: string): boolean => value !== '' && [...value].length <= maxLength;
  if (format) return FORMATTED[format].filter(fits);
  return pattern === undefined ? text(Math.max(1, minLength), maxLength) : fc.stringMatching(new RegExp(pattern, 'u'), { size: '-1' }).filter(fits);
}

/** Texts that code which splits, quotes, trims, folds or counts gets wrong. */
const ODD = [
  '  blanks ',
  'a "quoted" \\ word',
  'é',
  'line\nbreak',
  'null',
  '\u0000',
  '𐐀𐐁',
  'İstanbul',
  'ß',
  'a*b?',
  'x AND y',
  '(a:b)',
  '%2F',
  '☺\uFE0F',
  '{}',
  '1',
];

/** @param least and `most` in code points; never empty, because an empty text says that a field is unset */
function text(least: number, most: number): fc.Arbitrary<string> {
  const fits = (value: string): boolean => [...value].length >= least && [...value].length <= most;
  const odd = ODD.filter(fits);
  const any = { minLength: least, maxLength: Math.max(least, Math.min(most, 16)) };
  return fc.oneof(
    { weight: 3, arbitrary: fc.string(any) },
    { weight: 1, arbitrary: fc.string({ ...any, unit: 'binary' }) },
    ...(odd.length > 0 ? [{ weight: 1, arbitrary: fc.constantFrom(...odd) }] : []),
  );
}

const octet = fc.nat(255);
const ipv4 = fc.tuple(fc.integer({ min: 1, max: 223 }), octet, octet, octet).map((parts) => parts.join('.'));
const ipv6 = fc.array(fc.nat(0xffff), { minLength: 7, maxLength: 7 }).map((groups) => `2001:${groups.map((group) => group.toString(16)).join(':')}`);
const ipv4Block = fc.tuple(ipv4, fc.integer({ min: 8, max: 32 })).map(([address, prefix]) => `${address}/${prefix}`);
const ipv6Block = fc.tuple(ipv6, fc.integer({ min: 16, max: 128 })).map(([address, prefix]) => `${address}/${prefix}`);
const ipv4Range = fc.tuple(octet, octet).map(([a, b]) => `10.1.2.${Math.min(a, b)}-10.1.2.${Math.max(a, b)}`);
const anyRange = fc.oneof(ipv4, ipv6, ipv4Block, ipv6Block, ipv4Range);
const label = fc.stringMatching(/^[a-z][a-z0-9-]{0,8}[a-z0-9]$/);
const hostname = fc.array(label, { minLength: 1, maxLength: 3 }).map((labels) => labels.join('.'));
const numberOrRange = (max: number): fc.Arbitrary<string> =>
  fc.tuple(fc.nat(max), fc.nat(max), fc.boolean()).map(([a, b, isRange]) => (isRange ? `${Math.min(a, b)}-${Math.max(a, b)}` : `${a}`));

const FORMATTED: Readonly<Record<Format, fc.Arbitrary<string>>> = {
  ip: fc.oneof(ipv4, ipv6),
  ipv4,
  ipv6,
  'ip-cidr-block': fc.oneof(ipv4Block, ipv6Block),
  'ipv4-cidr-block': ipv4Block,
  'ipv6-cidr-block': ipv6Block,
  'address-or-block-or-range': anyRange,
  'list-of-address-or-block-or-range': fc.array(anyRange, { minLength: 1, maxLength: 3 }).map((ranges) => ranges.join(', ')),
  'ip-cidr-block-or-any': fc.oneof(ipv4Block, ipv6Block, fc.constantFrom('ANY', 'any')),
  'autonomous-system': fc.oneof(
    fc.integer({ min: 1, max: 0xffffffff }).map(String),
    fc.tuple(fc.nat(0xffff), fc.nat(0xffff)).map((parts) => parts.join('.')),
  ),
  'bgp-community': fc.oneof(
    fc.tuple(fc.nat(0xffff), fc.nat(0xffff)).map((parts) => parts.join(':')),
    fc.constantFrom('NO_EXPORT', 'NO_ADVERTISE', 'NO_EXPORT_SUBCONFED'),
  ),
  'hostname-or-ip': fc.oneof(hostname, ipv4, ipv6),
  hostname,
  'mac-address': fc.array(octet, { minLength: 6, maxLength: 6 }).map((bytes) => bytes.map((byte) => byte.toString(16).padStart(2, '0')).join(':')),
  'port-or-range': numberOrRange(65535),
  'vlan-or-range': numberOrRange(4094),
  'policy-path': fc.array(label, { minLength: 1, maxLength: 3 }).map((labels) => `/infra/${labels.join('/')}`),
};

/** Adds what means nothing: empty values of fields that are left out, and values for fields that the system sets. */
function withNoise(body: Json, fields: readonly FieldFacts[]): fc.Arbitrary<Json> {
  const absent = fields.filter(({ name, readOnly, required, secret }) => !readOnly && !required && !secret && !IDENTITY.has(name) && body[name] === undefined);
  const noise = fc.record({
    empty: fc.subarray(absent.map(({ name }) => name)),
    emptiness: fc.constantFrom(null, '', []),
    set: fc.subarray(fields.filter(({ readOnly }) => readOnly).map(({ name }) => name)),
    setting: fc.constantFrom<unknown>('x', 5, true, null, {}, ['/infra']),
  });
  return noise.map(({ empty, emptiness, set, setting }) => ({
    ...body,
    ...Object.fromEntries(empty.map((name) => [name, emptiness])),
    ...Object.fromEntries(set.map((name) => [name, setting])),
  }));
}

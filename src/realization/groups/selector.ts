import type { Tag } from '../../model/policy-object.js';
import type { Condition, GroupExpression } from '../../model/security/expressions.js';
import { blocksOf, formatAddress, parseRange } from '../../shared/address.js';

/**
 * A group's expression, taken apart so that it can be asked about one object at a time, and so that an index can say which
 * groups a changed label may concern. Pure: the graph and the full computation ask the same questions.
 */
export interface Selector {
  /** A member satisfies one of these. */
  readonly terms: readonly Term[];
  /** Literal members: addresses, blocks and MAC addresses in canonical form. */
  readonly addresses: readonly string[];
  /** Groups whose members are members too. */
  readonly groups: readonly string[];
  /** Parts that no engine can be told, for people. */
  readonly unsupported: readonly string[];
  /** Only the ports of the members are of interest, not their addresses. */
  readonly portsOnly?: true;
}

/** Kinds of objects that conditions look at. */
export type ItemType = 'VirtualMachine' | 'VirtualNetworkInterface' | 'Segment' | 'SegmentPort';

/** What conditions can see of an object. */
export interface Traits {
  /** Policy path, or external id of a workload. */
  readonly id: string;
  readonly name: string;
  readonly tags: readonly Tag[];
  readonly computerName?: string;
  readonly osName?: string;
}

/** All factors must hold for one object. */
export interface Term {
  /**
   * Type of the members. Conditions on objects of different types meet at the port: the port of a machine with one tag on a
   * segment with another.
   */
  readonly level: ItemType;
  readonly factors: readonly Factor[];
}

/** One of the tests must hold. */
export type Factor = readonly Test[];

export interface Test {
  readonly type: ItemType;
  readonly property: Property;
  readonly operator: 'EQUALS' | 'CONTAINS' | 'STARTSWITH' | 'ENDSWITH' | 'MATCHES';
  /** The object passes where nothing matches. */
  readonly negated: boolean;
  readonly values: readonly string[];
  /** Of tags: the scope that is looked at; undefined: any. */
  readonly scope?: string;
  readonly otherScopes?: boolean;
  /** Objects that do not pass in any case. */
  readonly except: readonly string[];
}

type Property = 'all' | 'id' | 'tag' | 'name' | 'computer' | 'os';

const NO_ONE: Selector = { terms: [], addresses: [], groups: [], unsupported: [] };

/** Compiles a group's expression. AND binds more tightly than OR, and neighbours without a conjunction are alternatives. */
export function compileSelector(expression: readonly GroupExpression[] | undefined): Selector {
  const terms: Term[] = [];
  const addresses = new Set<string>();
  const groups = new Set<string>();
  const unsupported: string[] = [];
  for (const conjunct of alternatives(expression ?? [])) {
    const [only] = conjunct;
    if (conjunct.length === 1 && only) {
      for (const address of only.addresses) addresses.add(address);
      for (const group of only.groups) groups.add(group);
      for (const type of new Set(only.tests.map((test) => test.type))) terms.push({ level: type, factors: [only.tests.filter((test) => test.type === type)] });
    } else if (conjunct.every(({ addresses: literal, groups: nested }) => literal.length === 0 && nested.length === 0)) {
      const types = new Set(conjunct.flatMap(({ tests }) => tests.map((test) => test.type)));
      const [type = 'SegmentPort'] = types;
      terms.push({ level: types.size === 1 ? type : 'SegmentPort', factors: conjunct.map(({ tests }) => tests) });
    } else unsupported.push('AND joins conditions only; addresses and groups can be joined with OR');
    for (const part of conjunct) unsupported.push(...part.unsupported);
  }
  return { terms, addresses: [...addresses].sort(), groups: [...groups].sort(), unsupported };
}

/** Selects the ports of exactly these objects, by path. */
export function portsOfPaths(paths: readonly string[]): Selector {
  return { ...compileSelector([{ resource_type: 'PathExpression', paths: [...paths] } as GroupExpression]), portsOnly: true };
}

/** Selects every segment port. */
export const EVERY_PORT: Selector = {
  ...NO_ONE,
  portsOnly: true,
  terms: [{ level: 'SegmentPort', factors: [[{ type: 'SegmentPort', property: 'all', operator: 'EQUALS', negated: false, values: [], except: [] }]] }],
};

/** Whether a term holds for an object, of which `traits` answers what belongs to it by type. */
export function satisfies({ factors }: Term, traits: (type: ItemType) => Traits | undefined): boolean {
  return factors.every((tests) => tests.some((test) => passes(test, traits(test.type))));
}

function passes(test: Test, traits: Traits | undefined): boolean {
  if (!traits || test.except.includes(traits.id)) return false;
  if (test.property === 'all') return true;
  return test.negated !== valuesOf(test, traits).some((value) => test.values.some((wanted) => compare(test.operator, value, wanted)));
}

function valuesOf({ property, scope, otherScopes }: Test, traits: Traits): readonly string[] {
  switch (property) {
    case 'tag':
      return traits.tags.flatMap((tag) => (scope === undefined || ((tag.scope ?? '') === scope) !== (otherScopes ?? false) ? [tag.tag ?? ''] : []));
    case 'computer':
      return [traits.computerName ?? ''];
    case 'os':
      return [traits.osName ?? ''];
    case 'name':
      return [traits.name];
    default:
      return [traits.id];
  }
}

function compare(operator: Test['operator'], value: string, wanted: string): boolean {
  switch (operator) {
    case 'CONTAINS':
      return value.includes(wanted);
    case 'STARTSWITH':
      return value.startsWith(wanted);
    case 'ENDSWITH':
      return value.endsWith(wanted);
    case 'MATCHES':
      return matchesPattern(value, wanted);
    default:
      return wanted === ANY_VALUE || value === wanted;
  }
}

/** `*` stands for any text. A regular expression of a user's own could be made to run for hours. */
function matchesPattern(value: string, pattern: string): boolean {
  const [first = '', ...rest] = pattern.split('*');
  if (rest.length === 0) return value === pattern;
  const last = rest.pop() ?? '';
  if (!value.startsWith(first) || !value.endsWith(last) || value.length < first.length + last.length) return false;
  let from = first.length;
  for (const part of rest) {
    const at = value.indexOf(part, from);
    if (at < 0) return false;
    from = at + part.length;
  }
  return from <= value.length - last.length;
}

/** A tag condition without a value is about the scope alone. */
const ANY_VALUE = '\u0000any';

/** An expression or a bracket of them as one factor. */
interface Part {
  readonly tests: Factor;
  readonly addresses: readonly string[];
  readonly groups: readonly string[];
  readonly unsupported: readonly string[];
}

const EMPTY: Part = { tests: [], addresses: [], groups: [], unsupported: [] };

/** An expression as alternatives of conjunctions. */
function alternatives(expression: readonly GroupExpression[]): Part[][] {
  const result: Part[][] = [];
  let joined = false;
  for (const item of expression) {
    if (item.resource_type === 'ConjunctionOperator') {
      joined = (item as { conjunction_operator?: string }).conjunction_operator === 'AND';
      continue;
    }
    const parts = item.resource_type === 'NestedExpression' ? alternatives((item as { expressions: GroupExpression[] }).expressions) : [[partOf(item)]];
    if (joined && result.length > 0) {
      const left = result.pop() ?? [];
      for (const right of parts) result.push([...left, ...right]);
    } else result.push(...parts);
    joined = false;
  }
  return result;
}

type Fields = {
  readonly ip_addresses?: string[];
  readonly mac_addresses?: string[];
  readonly external_ids?: string[];
  readonly member_type?: string;
  readonly paths?: string[];
};

function partOf(item: GroupExpression): Part {
  const fields = item as unknown as Fields;
  switch (item.resource_type) {
    case 'IPAddressExpression':
      return { ...EMPTY, addresses: (fields.ip_addresses ?? []).flatMap(addressElements) };
    case 'MACAddressExpression':
      return { ...EMPTY, addresses: (fields.mac_addresses ?? []).map(canonicalMac) };
    case 'ExternalIDExpression': {
      const type = fields.member_type as ItemType;
      if (type !== 'VirtualMachine' && type !== 'VirtualNetworkInterface') return { ...EMPTY, unsupported: [`members of type ${fields.member_type}`] };
      return { ...EMPTY, tests: [idTest(type, fields.external_ids ?? [])] };
    }
    case 'PathExpression':
      return partOfPaths(fields.paths ?? []);
    case 'Condition':
      return partOfCondition(item as unknown as Condition);
    default:
      return { ...EMPTY, unsupported: [`expressions of type ${item.resource_type}`] };
  }
}

function partOfPaths(paths: readonly string[]): Part {
  const byType = new Map<ItemType, string[]>();
  const groups: string[] = [];
  const unsupported: string[] = [];
  for (const path of paths) {
    const [, collection = '', id = ''] = /\/([^/]+)\/([^/]+)$/.exec(path) ?? [];
    const type = TYPE_OF_COLLECTION[collection];
    if (collection === 'groups') groups.push(path);
    else if (type) byType.set(type, [...(byType.get(type) ?? []), type.startsWith('Virtual') ? id : path]);
    else unsupported.push(`members such as ${path}`);
  }
  return { tests: [...byType].map(([type, ids]) => idTest(type, ids)), addresses: [], groups, unsupported };
}

const TYPE_OF_COLLECTION: Readonly<Record<string, ItemType>> = {
  segments: 'Segment',
  subnets: 'Segment',
  ports: 'SegmentPort',
  'virtual-machines': 'VirtualMachine',
  vifs: 'VirtualNetworkInterface',
};

const TYPE_OF_MEMBER: Readonly<Record<string, ItemType>> = {
  VirtualMachine: 'VirtualMachine',
  Segment: 'Segment',
  LogicalSwitch: 'Segment',
  VpcSubnet: 'Segment',
  SegmentPort: 'SegmentPort',
  LogicalPort: 'SegmentPort',
  VpcSubnetPort: 'SegmentPort',
};

const PROPERTY_OF_KEY: Readonly<Record<string, Property>> = { Tag: 'tag', Name: 'name', ComputerName: 'computer', OSName: 'os', ALL: 'all' };

function partOfCondition({ member_type: member, key, operator, value, scope_operator: scopeOperator, exclude }: Condition): Part {
  const type = TYPE_OF_MEMBER[member];
  const property = PROPERTY_OF_KEY[key];
  if (!type || !property) return { ...EMPTY, unsupported: [`conditions on the ${key} of a ${member}`] };
  const negated = operator === 'NOTEQUALS' || operator === 'NOTIN';
  const list = operator === 'IN' || operator === 'NOTIN';
  const base = negated || list ? 'EQUALS' : (operator as Test['operator']);
  const except = (exclude?.path_expression?.paths ?? []).map((path) => (type === 'VirtualMachine' ? path.slice(path.lastIndexOf('/') + 1) : path));
  const common = { type, property, operator: base, negated, except } as const;
  if (property !== 'tag') return { ...EMPTY, tests: [{ ...common, values: list ? listOf(value) : [value] }] };
  const bar = value.indexOf('|');
  const scope = bar < 0 ? '' : value.slice(0, bar);
  const tag = bar < 0 ? value : value.slice(bar + 1);
  const wanted = list ? listOf(tag) : [tag];
  const test: Test = {
    ...common,
    values: base === 'EQUALS' ? wanted.map((one) => one || ANY_VALUE) : wanted,
    ...(scope === '' ? {} : { scope, otherScopes: scopeOperator === 'NOTEQUALS' }),
  };
  return { ...EMPTY, tests: [test] };
}

function listOf(text: string): string[] {
  return text.split(',').map((item) => item.trim());
}

function idTest(type: ItemType, values: readonly string[]): Test {
  return { type, property: 'id', operator: 'EQUALS', negated: false, values, except: [] };
}

/** An address, block or range as elements of an address set: single addresses bare, everything else as blocks. */
export function addressElements(text: string): string[] {
  const range = parseRange(text);
  if (!range) return [];
  if (range.low === range.high) return [formatAddress(range.family, range.low)];
  return blocksOf(range).map((block) => block.replace(range.family === 4 ? /\/32$/ : /\/128$/, ''));
}

export function canonicalMac(text: string): string {
  return text.toLowerCase().replaceAll('-', ':');
}

export function isMac(element: string): boolean {
  return element.length === 17 && /^[0-9a-f]{2}(?::[0-9a-f]{2}){5}$/.test(element);
}

// Labels: what an index holds about objects and looks up for selectors.

/** Labels of an object: every exact test that it passes has one of its labels among them. */
export function labelsOf(type: ItemType, { id, name, tags, computerName, osName }: Traits): ReadonlySet<string> {
  const labels = new Set([`${type} id ${id}`, `${type} name ${name}`, `${type} all`]);
  if (computerName !== undefined) labels.add(`${type} computer ${computerName}`);
  if (osName !== undefined) labels.add(`${type} os ${osName}`);
  for (const { scope = '', tag = '' } of tags) {
    for (const label of [`${scope}|${tag}`, `*|${tag}`, `${scope}|*`, '*|*']) labels.add(`${type} tag ${label}`);
  }
  return labels;
}

/** The labels of which an object has one if it passes the test; undefined: no label says so. */
export function exactLabels({ type, property, operator, negated, values, scope, otherScopes }: Test): string[] | undefined {
  if (property === 'all') return [`${type} all`];
  if (negated || otherScopes || operator !== 'EQUALS') return undefined;
  if (property !== 'tag') return values.map((value) => `${type} ${property} ${value}`);
  return values.map((value) => `${type} tag ${scope ?? '*'}|${value === ANY_VALUE ? '*' : value}`);
}

/**
 * What may make a selector's answer about an object different: one of these labels comes or goes, or, for tests that no label
 * answers, the property changes at all.
 */
export function triggersOf({ terms }: Selector): string[] {
  const triggers = new Set<string>();
  for (const { factors } of terms) {
    for (const test of factors.flat()) {
      for (const label of exactLabels(test) ?? [`${test.type} any ${test.property}`]) triggers.add(label);
      for (const id of test.except) triggers.add(`${test.type} id ${id}`);
    }
  }
  return [...triggers];
}

/** Triggers of tests that look at whole properties, for an object that appears, goes, or changes in these. */
export function propertyTriggers(type: ItemType, before: Traits | undefined, now: Traits | undefined): string[] {
  const differs = (property: Property, a: unknown, b: unknown) => (before && now && a === b ? [] : [`${type} any ${property}`]);
  const tags = (traits: Traits | undefined) => (traits?.tags ?? []).map(({ scope = '', tag = '' }) => `${scope}|${tag}`).join('\u0000');
  return [
    ...differs('tag', tags(before), tags(now)),
    ...differs('name', before?.name, now?.name),
    ...differs('computer', before?.computerName, now?.computerName),
    ...differs('os', before?.osName, now?.osName),
    ...differs('id', before?.id, now?.id),
  ];
}

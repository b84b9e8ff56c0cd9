import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { FieldSearch, hasSecrets, type Json, withoutEmpty } from '../../src/model/body.js';
import { DEFAULT_NETWORKING } from '../../src/model/defaults/networking.js';
import type { ReferenceFacts } from '../../src/model/field.js';
import type { PolicyObject } from '../../src/model/policy-object.js';
import { type Definition, type Place, Registry, verbsOf } from '../../src/model/registry.js';
import { registry } from '../../src/model/types.js';
import { SearchController } from '../../src/search/search.controller.js';
import { DescribedSchemas } from '../openapi/described-schemas.js';
import { arbitraryBody, arbitraryId, type Surroundings } from './arbitrary-object.js';
import { brokenBodies } from './broken-body.js';
import { Dice } from './dice.js';
import { hierarchicalBody, type Part } from './hierarchical-body.js';
import { P, policyApi } from './policy-api.js';
import { propertyRuns } from './property-runs.js';
import { REFINEMENTS } from './refinements.js';
import { isWritable, World } from './world.js';
import { differences, expected } from './written-and-read.js';

/**
 * What must hold for every type there is, looked at through REST on the real store. Types and places come from the registry and
 * bodies from the field facts, so a new type is held to all of this by being registered.
 */

const api = policyApi(SearchController);
const schemas = new DescribedSchemas();
let world: World;

beforeAll(async () => {
  await api.seed(DEFAULT_NETWORKING);
  world = new World(registry, {
    exists: (path) => api.reader.exists(path),
    create: async (path, body) => succeeds(await send('patch', path, body), path, body),
    seed: (path) => api.seed([{ path, body: {} }]),
  });
});

const TIMEOUT = 300_000;

interface Answer {
  readonly status: number;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: answers are looked at by name
  readonly body: any;
  readonly requestId: string;
}

async function send(verb: 'get' | 'put' | 'patch' | 'delete', path: string, body?: Json, query = ''): Promise<Answer> {
  const requestId = `property-${world?.next() ?? 0}`;
  const url = `${P}${path.split('/').map(encodeURIComponent).join('/')}${query}`;
  const { status, text, body: answered } = await api.http[verb](url).set('x-request-id', requestId).send(body);
  return { status, text, body: answered, requestId };
}

function succeeds(answer: Answer, path: string, body?: Json): void {
  if (answer.status !== 200) throw new Error(`${path}: ${answer.status} ${answer.text}\n${JSON.stringify(body)}`);
}

/** Where objects of a type can be: a place with a parent that exists, and what a body there may refer to. */
class Site {
  constructor(
    readonly definition: Definition,
    readonly place: Place,
    readonly parentPath: string,
    readonly around: Surroundings,
  ) {}

  /** In a failure's example; the place itself would be the whole tree. */
  [fc.toStringMethod](): string {
    return this.place.template;
  }
}

async function sitesOf(definition: Definition): Promise<Site[]> {
  const sites: Site[] = [];
  for (const place of definition.places.filter(isWritable)) {
    const parentPath = await world.parentOf(place);
    sites.push(new Site(definition, place, parentPath, await world.around(definition, parentPath)));
  }
  return sites;
}

function arbitraryPath({ place, parentPath }: Site): fc.Arbitrary<string> {
  if (!place.parent) return fc.constant(`/${place.segment}`);
  const { fixedIds } = place.definition;
  return (fixedIds ? fc.constantFrom(...fixedIds) : arbitraryId(world.next)).map((id) => Registry.join(parentPath, place, id));
}

/** Objects that come with others, or with the system, are changed where they are: their bodies start from what is there. */
function startingFrom(definition: Definition, body: Json, before: Json | undefined): Json {
  if (!before) return body;
  const kept = definition.fields.filter(({ immutable }) => immutable).map(({ name }) => [name, before[name]]);
  return { ...body, ...Object.fromEntries(kept.filter(([, value]) => value !== undefined)) };
}

async function read(path: string): Promise<Answer> {
  const answer = await send('get', path);
  expect([200, 404]).toContain(answer.status);
  return answer;
}

/** Whether what is read is more than what is kept. */
const isComposed = ({ definition, children }: Place): boolean => definition.figures !== undefined || children.some((child) => child.definition.inline);

const WRITABLE = registry.definitions.filter((definition) => !definition.abstract && definition.places.some(isWritable));

describe.each(WRITABLE.map((definition) => ({ name: definition.name, definition })))('$name', { timeout: TIMEOUT }, ({ definition }) => {
  it('is read back as it was written, replaced, kept from stale writers, found, recorded and deleted', async () => {
    const sites = await sitesOf(definition);
    const lives = fc.constantFrom(...sites).chain((site) =>
      fc.record({
        site: fc.constant(site),
        path: arbitraryPath(site),
        first: arbitraryBody(definition, 'some', site.around),
        second: arbitraryBody(definition, 'some', site.around),
        verb: fc.constantFrom('put' as const, 'patch' as const),
      }),
    );
    await fc.assert(
      fc.asyncProperty(lives, async ({ site, path, first, second, verb }) => {
        await live(site, path, first, second, verb);
      }),
      propertyRuns(2),
    );
  });

  it('refuses whatever breaks a fact of a field, names the field, and writes nothing', async () => {
    const sites = await sitesOf(definition);
    const attempts = fc.constantFrom(...sites).chain((site) =>
      fc.record({
        path: arbitraryPath(site),
        valid: arbitraryBody(definition, 'all', site.around),
        verb: fc.constantFrom('put' as const, 'patch' as const),
        dice: fc.nat().map((seed) => new Dice(seed)),
      }),
    );
    await fc.assert(
      fc.asyncProperty(attempts, async ({ path, valid, verb, dice }) => {
        const before = (await read(path)).text;
        const sequence = api.history.lastChange();
        const all = [...brokenBodies(definition, valid)];
        for (const broken of sample(all, 25, dice)) await refused(verb, path, broken);
        expect((await read(path)).text).toBe(before);
        expect(api.history.lastChange()).toBe(sequence);
      }),
      propertyRuns(1),
    );
  });

  it('refers only to what is there and of the right type, and protects it', async () => {
    const sites = await sitesOf(definition);
    const uses = fc.constantFrom(...sites).chain((site) =>
      fc.record({
        site: fc.constant(site),
        path: arbitraryPath(site),
        least: arbitraryBody(definition, 'least', site.around),
        full: arbitraryBody(definition, 'all', site.around),
        which: fc.nat(0xffff),
        force: fc.boolean(),
      }),
    );
    await fc.assert(
      fc.asyncProperty(uses, async ({ site, path, least, full, which, force }) => {
        await referTo(site, path, least, full, which, force);
      }),
      propertyRuns(2),
    );
  });

  it('is the same whether it is written by itself or in one body with what belongs to it', async () => {
    const sites = (await sitesOf(definition)).filter(({ place }) => place.parent);
    if (sites.length === 0) return expect(definition.places.every((place) => !place.parent)).toBe(true);
    const families = fc.constantFrom(...sites).chain((site) =>
      fc.record({
        site: fc.constant(site),
        path: arbitraryPath(site),
        body: arbitraryBody(definition, 'some', site.around),
        dice: fc.nat().map((seed) => new Dice(seed)),
      }),
    );
    await fc.assert(
      fc.asyncProperty(families, async ({ site, path, body, dice }) => {
        await applyBothWays(site, path, body, dice);
      }),
      propertyRuns(1),
    );
  });
});

async function live({ definition, place }: Site, path: string, firstGiven: Json, secondGiven: Json, verb: 'put' | 'patch'): Promise<void> {
  const id = path.slice(path.lastIndexOf('/') + 1);
  const born = await read(path);
  const before = born.status === 200 ? (born.body as Json) : undefined;
  const revision = Number(before?._revision ?? -1);
  const log: Answer[] = [];
  const write = async (op: 'put' | 'patch', body: Json, current: number): Promise<Answer> => {
    const sent = { ...body, ...(op === 'put' && current >= 0 ? { _revision: current } : {}) };
    const answer = await send(op, path, sent);
    succeeds(answer, path, sent);
    const now = await read(path);
    if (op === 'put') expect(answer.text).toBe(now.text);
    schemas.check('answered', `/components/schemas/${place.definition.name}`, now.body, path);
    log.push({ ...now, requestId: answer.requestId });
    return now;
  };
  const holds = (now: Answer, given: Json, op: 'put' | 'patch', from: Json | undefined): void => {
    expect(differences(definition, expected(definition, given, op, from), now.body), JSON.stringify(given)).toEqual([]);
    const { display_name: name = id } = withoutEmpty(definition.struct, given);
    expect(now.body).toMatchObject({ id, path, relative_path: id, display_name: name, resource_type: definition.name, marked_for_delete: false });
  };

  const first = startingFrom(definition, firstGiven, before);
  const created = await write(verb, first, revision);
  holds(created, first, verb, before);
  expect(created.body._revision).toBeLessThanOrEqual(revision + 1);

  const second = startingFrom(definition, secondGiven, created.body);
  const replaced = await write('put', second, created.body._revision);
  holds(replaced, second, 'put', created.body);
  expect(replaced.body._revision).toBe(created.body._revision + 1);

  for (const stale of [undefined, created.body._revision, replaced.body._revision + 1]) {
    const answer = await send('put', path, { ...first, _revision: stale });
    expect(answer.status).toBe(412);
    expect(answer.body).toMatchObject({ httpStatus: 'PRECONDITION_FAILED', error_data: { path, field: '_revision' } });
  }
  expect((await read(path)).text).toBe(replaced.text);

  const third = startingFrom(definition, firstGiven, replaced.body);
  const patched = await write('patch', third, replaced.body._revision);
  holds(patched, third, 'patch', replaced.body);
  if (!hasSecrets(definition.struct)) await keepsStill(path, third, patched);

  await found(definition, place, path, patched.body);
  recorded(place, path, log);
  if (verbsOf(place).includes('DELETE') && !patched.body._system_owned) await die(definition, place, path);
}

/** The same PATCH again changes nothing, not even the revision. */
async function keepsStill(path: string, body: Json, now: Answer): Promise<void> {
  const [, sequence] = [succeeds(await send('patch', path, body), path, body), api.history.lastChange()];
  expect((await read(path)).text).toBe(now.text);
  expect(api.history.versions(path, { size: 1 })[0]?.sequence).toBeLessThanOrEqual(sequence);
}

async function search(query: string): Promise<string[]> {
  const { status, body } = await api.http.get(`${P}/search/query?query=${encodeURIComponent(query)}`);
  expect(status, query).toBe(200);
  return body.results.map((one: PolicyObject) => one.path);
}

/** As clients write a value in a query: with a backslash before whatever could mean something. */
const quoted = (value: string): string => value.replace(/[^\p{L}\p{N}]/gu, '\\$&');

async function found(definition: Definition, place: Place, path: string, object: PolicyObject): Promise<void> {
  expect(await search(`resource_type:${definition.name} AND display_name:${quoted(object.display_name)}`)).toContain(path);
  expect(await search(`id:${quoted(object.id)} AND path:${quoted(path)}`)).toEqual([path]);
  for (const { scope, tag } of object.tags ?? []) {
    const terms = [...(scope ? [`tags.scope:${quoted(scope)}`] : []), ...(tag ? [`tags.tag:${quoted(tag)}`] : [])];
    if (terms.length > 0) expect(await search(terms.join(' AND ')), terms.join(' AND ')).toContain(path);
  }
  if (!verbsOf(place).includes('LIST')) return;
  const listed = await send('get', path.slice(0, path.lastIndexOf('/')), undefined, '?included_fields=path');
  expect(listed.body.results.map((one: PolicyObject) => one.path)).toContain(path);
  expect(listed.body.result_count).toBe(listed.body.results.length);
}

/** Every write is a version of its own, with the object as it was read after it, who wrote it and in which request. */
function recorded(place: Place, path: string, log: readonly Answer[]): void {
  const changes = log.filter((answer, at) => answer.text !== log[at - 1]?.text);
  const versions = [...api.history.versions(path, { size: changes.length })].reverse();
  expect(versions.map(({ set }) => [set?.user, set?.requestId])).toEqual(changes.map(({ requestId }) => ['admin', requestId]));
  if (!isComposed(place)) expect(versions.map(({ after }) => after)).toEqual(changes.map(({ text }) => text));
  for (const { sequence, after } of versions) {
    const change = api.history.changeSet(sequence)?.details.find((one) => one.path === path);
    expect(change?.after).toBe(after);
    expect(change?.before === undefined).toBe(change?.operation === 'CREATE');
  }
}

async function die(definition: Definition, place: Place, path: string): Promise<void> {
  const answer = await send('delete', path);
  succeeds(answer, path);
  expect((await read(path)).status).toBe(404);
  expect((await send('delete', path)).status).toBe(404);
  expect(await search(`resource_type:${definition.name} AND path:${quoted(path)}`)).toEqual([]);
  const [last] = api.history.versions(path, { size: 1 });
  expect(last).toMatchObject({ operation: 'DELETE', after: undefined, set: { requestId: answer.requestId } });
  if (place.singleton || !verbsOf(place).includes('LIST')) return;
  const listed = await send('get', path.slice(0, path.lastIndexOf('/')));
  expect(listed.body.results.map((one: PolicyObject) => one.path)).not.toContain(path);
}

async function refused(verb: 'put' | 'patch', path: string, { body, field, what }: { body: Json; field: string; what: string }): Promise<void> {
  const { status, body: answer, text } = await send(verb, path, body);
  const about = `${what} in ${field}: ${text}`;
  // A reference is looked at where revisions are compared too.
  if (status === 412) return;
  expect(status, about).toBe(400);
  expect(answer, about).toMatchObject({ httpStatus: 'BAD_REQUEST', module_name: 'policy', error_code: expect.any(Number) });
  const errors = [answer, ...(answer.related_errors ?? [])];
  expect(
    errors.map(({ error_data: data }) => data?.field),
    about,
  ).toContain(field);
  for (const { error_message: message } of errors) expect(message).toMatch(/\.$/);
}

/** Some of many, chosen by dice, so that a failing run can be repeated. */
function sample<T>(all: readonly T[], size: number, dice: Dice): T[] {
  const left = [...all];
  return Array.from({ length: Math.min(size, left.length) }, () => left.splice(dice.roll(left.length), 1)[0] as T);
}

/**
 * @param full a body with every field, of which one that refers to something is looked at
 * @param least the rest of the body that it stands in
 */
async function referTo({ definition, place, around }: Site, path: string, least: Json, full: Json, which: number, force: boolean): Promise<void> {
  const born = await read(path);
  const before = born.status === 200 ? (born.body as Json) : undefined;
  const uses: { refs: ReferenceFacts; field: string }[] = [];
  new FieldSearch(({ refs, immutable }) => refs !== undefined && !(immutable && before)).each(definition.struct, full, ({ name, refs }, field, holder) => {
    const value = holder[name];
    if (!refs || value === undefined) return;
    if (Array.isArray(value)) uses.push(...value.map((_, index) => ({ refs, field: `${field}[${index}]` })));
    else uses.push({ refs, field });
  });
  const use = uses[which % uses.length];
  if (!use) return;
  const { refs, field } = use;
  const [name] = /^\w+/.exec(field) ?? [field];
  const combined = { ...least, [name]: full[name] };
  // The two halves fit by themselves, and have to fit each other too.
  REFINEMENTS[definition.name]?.(combined, around);
  const body = startingFrom(definition, combined, before);

  const stranger = registry.definitions.find(
    (one) => !refs.to.some((type) => registry.isA(one.name, type)) && world.home(one.name)?.place.definition === one && isWritable(one.places[0] as Place),
  );
  const wrong = await world.at(stranger?.places[0] as Place);
  const answer = await send('patch', path, withValue(body, field, wrong));
  expect(answer.status, answer.text).toBe(400);
  expect(answer.text).toContain(JSON.stringify(field).slice(1, -1));

  const type = refs.to.find((one) => isDeletable(world.home(one)?.place));
  if (type === undefined) return;
  const target = await world.fresh(type);
  const referring = withValue(body, field, target);
  succeeds(await send('patch', path, referring), path, referring);
  const deletion = await send('delete', target, undefined, force ? '?force=true' : '');
  if (force || refs.soft) succeeds(deletion, target);
  else {
    expect(deletion.status, deletion.text).toBe(400);
    expect(deletion.body).toMatchObject({ error_code: 500030, error_data: { path: target } });
    expect(deletion.body.error_message).toContain(path);
  }
  if (verbsOf(place).includes('DELETE') && !born.body?._system_owned) succeeds(await send('delete', path), path);
  else succeeds(await send('patch', path, startingFrom(definition, least, (await read(path)).body)), path);
  if (!force && !refs.soft) succeeds(await send('delete', target), target);
}

function isDeletable(place: Place | undefined): boolean {
  return place !== undefined && isWritable(place) && !place.singleton && !place.definition.fixedIds && verbsOf(place).includes('DELETE');
}

/** A copy of a body with another value at a JSON path. */
function withValue(body: Json, field: string, value: unknown): Json {
  const copy = structuredClone(body);
  const names = field.split(/[.[\]]+/).filter((name) => name !== '');
  const holder = names.slice(0, -1).reduce<Json>((inner, name) => inner[name] as Json, copy);
  holder[names.at(-1) as string] = value;
  return copy;
}

async function applyBothWays(site: Site, path: string, given: Json, dice: Dice): Promise<void> {
  const { definition, place } = site;
  const born = await read(path);
  const body = startingFrom(definition, given, born.status === 200 ? born.body : undefined);
  const parts: Part[] = [{ path, type: definition.name, body }, ...(await childrenOf(site, path, dice))];
  const removable = verbsOf(place).includes('DELETE') && born.status === 404;

  for (const part of parts) succeeds(await send('patch', part.path, part.body), part.path, part.body);
  const singly = snapshot(path);
  if (removable) succeeds(await send('delete', path), path);
  const whole = hierarchicalBody(registry, parts, (sides) => dice.roll(sides));
  succeeds(await send('patch', '/infra', whole), path, whole);
  expect(snapshot(path)).toEqual(singly);
  if (removable) succeeds(await send('delete', path), path);
}

/** Up to three objects below one that does not exist yet. */
async function childrenOf({ place }: Site, path: string, dice: Dice): Promise<Part[]> {
  const parts: Part[] = [];
  const places = place.children.filter((child) => isWritable(child) && !child.definition.fixedIds);
  for (const child of sample(places, 3, dice)) {
    const variant = child.definition.variants[dice.roll(child.definition.variants.length)] as Definition;
    const [body] = fc.sample(arbitraryBody(variant, 'some', await world.around(variant, path)), { numRuns: 1, seed: dice.roll(0xffff) });
    parts.push({ path: Registry.join(path, child, `child-${world.next()}`), type: variant.name, body: body as Json });
  }
  return parts;
}

/** An object and all below it, without what is new each time: moments, random identifiers, numbers that are never used twice. */
function snapshot(path: string): Json[] {
  return api.reader.subtree(path).map((object) => {
    const text = JSON.stringify(object).replaceAll(object.unique_id, 'its-own-id');
    const copy = JSON.parse(text) as Json;
    for (const { name, readOnly, type } of registry.get(object.resource_type).fields) if (readOnly && type === 'integer') delete copy[name];
    delete copy._revision;
    return copy;
  });
}

describe('what clients may only read', () => {
  const readOnly = registry.definitions.filter((definition) => !definition.abstract && !definition.internal && !definition.places.some(isWritable));

  it.each(readOnly.map((definition) => ({ name: definition.name, definition })))(
    '$name is there, and is not written',
    { timeout: TIMEOUT },
    async ({ definition }) => {
      for (const place of definition.places) {
        const path = await world.at(place);
        const { text } = await read(path);
        for (const verb of ['put', 'patch', 'delete'] as const) expect((await send(verb, path, verb === 'delete' ? undefined : {})).status).toBe(400);
        expect((await read(path)).text).toBe(text);
      }
    },
  );

  it('is not even named where it is internal', async () => {
    const internal = registry.definitions.filter(({ internal }) => internal);
    expect(internal.length).toBeGreaterThan(0);
    for (const { places } of internal) {
      for (const { template } of places) {
        const path = template.replaceAll(/\{[^}]+\}/g, 'x');
        for (const verb of ['get', 'put', 'patch', 'delete'] as const) expect((await send(verb, path)).status, `${verb} ${path}`).toBe(404);
      }
    }
  });
});

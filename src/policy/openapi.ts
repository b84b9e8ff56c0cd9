import type { StructClass } from '../model/field.js';
import { type JsonSchema, SchemaSet } from '../model/json-schema.js';
import { type Definition, type Place, type Registry, verbsOf } from '../model/registry.js';

export const SCHEMAS = '#/components/schemas/';
const PREFIX = '/policy/api/v1';

type Operation = Record<string, unknown>;

/** The part of an OpenAPI 3.1 document that the registry knows: a path for each place of each type, a schema for each structure. */
export interface PolicyDescription {
  readonly paths: Record<string, Record<string, Operation>>;
  readonly schemas: Record<string, JsonSchema>;
  /** Errors and parameters that many operations share, by the name under which they refer to them. */
  readonly responses: Record<string, object>;
  readonly parameters: Record<string, object>;
}

/** What operations that are not on policy objects take and answer, by name; those that also come in lists are marked. */
export type OtherStructures = ReadonlyMap<string, { readonly struct: StructClass; readonly listed: boolean }>;

/** Describes every operation on policy objects. Pure: the same registry gives the same text. */
export function describePolicy(registry: Registry, others: OtherStructures = new Map()): PolicyDescription {
  const set = new SchemaSet('document', SCHEMAS);
  const paths: Record<string, Record<string, Operation>> = {};
  const schemas: Record<string, JsonSchema> = {};
  for (const definition of registry.definitions) {
    if (definition.abstract || definition.internal) continue;
    set.reference(definition.struct, definition.name);
  }
  for (const definition of registry.definitions) {
    if (definition.family !== definition || definition.internal) continue;
    if (definition.abstract) schemas[definition.name] = unionOf(definition);
    if (definition.places.some((place) => !place.singleton && verbsOf(place).includes('LIST')))
      schemas[`${definition.name}ListResult`] = listOf(definition.name);
    for (const place of definition.places) describePlace(place, paths);
  }
  for (const [name, { struct, listed }] of others) {
    set.reference(struct, name);
    if (listed) schemas[`${name}ListResult`] = listOf(name);
  }
  for (const [name, schema] of set.schemas) schemas[name] = extended(registry, name, schema);
  schemas.ApiError = API_ERROR;
  schemas.ChildPolicyConfigResource = CHILD;
  return { paths, schemas, responses: RESPONSES, parameters: Object.fromEntries(PARAMETERS.map((parameter) => [parameter.name, parameter])) };
}

function describePlace(place: Place, paths: Record<string, Record<string, Operation>>): void {
  const { definition, template, singleton } = place;
  const verbs = verbsOf(place);
  const reference = { $ref: `${SCHEMAS}${definition.name}` };
  const about = { tags: [definition.feature ?? 'system'] };
  const id = operationName(template);
  const body = { required: true, content: { 'application/json': { schema: reference } } };
  const object: Record<string, Operation> = {};
  if (verbs.includes('GET'))
    object.get = { ...about, operationId: `read${id}`, summary: `Reads: ${definition.doc}`, responses: answers('The object.', reference) };
  if (verbs.includes('PUT')) {
    object.put = {
      ...about,
      operationId: `put${id}`,
      summary: `Creates or replaces: ${definition.doc}`,
      description: 'An object that exists must be sent with its current `_revision`; a stale one answers 412.',
      parameters: WRITING,
      requestBody: body,
      responses: answers('The object as it is now.', reference),
    };
  }
  if (verbs.includes('PATCH')) {
    object.patch = {
      ...about,
      operationId: `patch${id}`,
      summary: `Creates or changes: ${definition.doc}`,
      description:
        'The body is the whole new intent of the object: an optional field left out is unset, unless the header `nsx-enable-partial-patch: true` is sent.',
      parameters: [
        ...WRITING,
        parameter('nsx-enable-partial-patch'),
        ...(place.parent
          ? []
          : [query('enforce_revision_check', 'Compare the `_revision` of every object of the body that carries one.', { type: 'boolean' })]),
      ],
      requestBody: body,
      responses: definition.patchAnswers ? answers('The object as it is now.', reference) : answers('Written.'),
    };
  }
  if (verbs.includes('DELETE')) {
    object.delete = {
      ...about,
      operationId: `delete${id}`,
      summary: `Deletes, with everything below it: ${definition.doc}`,
      parameters: [...WRITING, parameter('force'), parameter('fail_if_subtree_exists')],
      responses: answers('Deleted.'),
    };
  }
  if (definition.actions?.includes('revise')) {
    object.post = {
      ...about,
      operationId: `revise${id}`,
      summary: `Moves among its siblings: ${definition.doc}`,
      parameters: [
        ...WRITING,
        { ...query('action', 'What to do.', { type: 'string', enum: ['revise'] }), required: true },
        query('operation', 'Where it goes.', { type: 'string', enum: ['insert_top', 'insert_bottom', 'insert_before', 'insert_after'], default: 'insert_top' }),
        query('anchor_path', 'The sibling that it goes before or after.', { type: 'string' }),
      ],
      requestBody: { ...body, required: false },
      responses: answers('The object as it is now.', reference),
    };
  }
  if (!place.parent) (object.get as Operation).parameters = TREE;
  add(paths, template, object);
  if (!singleton && verbs.includes('LIST')) {
    const list = {
      ...about,
      operationId: `list${id}`,
      summary: `Lists: ${definition.doc}`,
      parameters: PAGING.map(({ name }) => parameter(name)),
      responses: answers('A page of objects.', { $ref: `${SCHEMAS}${definition.name}ListResult` }),
    };
    add(paths, template.replace(/\/\{[^}]+\}$/, ''), { get: list });
  }
}

/** A path's operations with the path's parameters. Clients generated from the document need both in one place. */
function add(paths: Record<string, Record<string, Operation>>, template: string, operations: Record<string, Operation>): void {
  if (Object.keys(operations).length === 0) return;
  const parameters = [...template.matchAll(/\{([^}]+)\}/g)].map(([, name]) => ({ name, in: 'path', required: true, schema: { type: 'string' } }));
  paths[`${PREFIX}${template}`] = { ...(parameters.length > 0 ? { parameters: parameters as unknown as Operation } : {}), ...operations };
}

/** What can only be said once all types are known: inline children, and children of the hierarchical API. */
function extended(registry: Registry, name: string, schema: JsonSchema): JsonSchema {
  const definition = registry.find(name);
  if (!definition) return schema;
  const properties = { ...(schema.properties as Record<string, JsonSchema>) };
  properties.resource_type = { type: 'string', const: name };
  const below = new Set(definition.places.flatMap((place) => place.children.map((child) => child.definition)));
  for (const { inline, name: child } of below) {
    if (inline)
      properties[inline.field] = {
        type: 'array',
        items: { $ref: `${SCHEMAS}${child}` },
        description: 'Merged by id in a PATCH, replaced as a whole in a PUT.',
      };
  }
  if (below.size > 0) {
    const wrappers = [...below].map(({ wrapper }) => wrapper.type).sort();
    properties.children = {
      type: 'array',
      items: { $ref: `${SCHEMAS}ChildPolicyConfigResource` },
      writeOnly: true,
      description: `Objects below this one, each in its wrapper: ${wrappers.join(', ')}, or ChildResourceReference.`,
    };
  }
  return { ...schema, description: definition.doc, properties };
}

function unionOf(family: Definition): JsonSchema {
  return {
    description: family.doc,
    oneOf: family.variants.map(({ name }) => ({ $ref: `${SCHEMAS}${name}` })),
    discriminator: { propertyName: 'resource_type', mapping: Object.fromEntries(family.variants.map(({ name }) => [name, `${SCHEMAS}${name}`])) },
  };
}

function listOf(name: string): JsonSchema {
  return {
    type: 'object',
    required: ['results', 'result_count'],
    properties: {
      results: { type: 'array', items: { $ref: `${SCHEMAS}${name}` } },
      result_count: { type: 'integer', description: 'Objects in all pages together.' },
      cursor: { type: 'string', description: 'Where the next page starts; absent on the last.' },
      sort_by: { type: 'string', description: 'Field that the page is sorted by.' },
      sort_ascending: { type: 'boolean', description: 'Whether the lowest value comes first.' },
    },
  };
}

const API_ERROR: JsonSchema = {
  type: 'object',
  description: 'What is wrong, where, and what to do.',
  required: ['httpStatus', 'error_code', 'module_name', 'error_message'],
  properties: {
    httpStatus: { type: 'string', description: 'Name of the status, such as NOT_FOUND.' },
    error_code: { type: 'integer', description: 'Number of the kind of error.' },
    module_name: { type: 'string', description: 'Part of the manager that answers.' },
    error_message: { type: 'string', description: 'What is wrong and what to do.' },
    details: { type: 'string', description: 'Object and field concerned.' },
    related_errors: {
      type: 'array',
      description: 'What else is wrong with the same request.',
      items: {
        type: 'object',
        properties: {
          httpStatus: { type: 'string' },
          error_code: { type: 'integer' },
          module_name: { type: 'string' },
          error_message: { type: 'string' },
          details: { type: 'string' },
        },
      },
    },
  },
};

const CHILD: JsonSchema = {
  type: 'object',
  description: 'An object of the tree in its wrapper, or a reference to one whose children follow.',
  required: ['resource_type'],
  properties: {
    resource_type: { type: 'string', description: 'Child and the name of the type, or ChildResourceReference.' },
    marked_for_delete: { type: 'boolean', description: 'Delete the object, with everything below it.' },
    id: { type: 'string', description: 'Of a reference: id of the object it leads to.' },
    target_type: { type: 'string', description: 'Of a reference: type of the object it leads to.' },
    children: { type: 'array', items: { $ref: `${SCHEMAS}ChildPolicyConfigResource` }, description: 'Of a reference: what hangs below the object.' },
  },
  additionalProperties: true,
};

interface Parameter {
  readonly name: string;
  readonly in: 'query' | 'header';
  readonly required: boolean;
  readonly description: string;
  readonly schema: JsonSchema;
}

function query(name: string, description: string, schema: JsonSchema): Parameter {
  return { name, in: 'query', required: false, description, schema };
}

const PAGING = [
  query('cursor', 'Where the page starts: the cursor of the page before.', { type: 'string' }),
  query('page_size', 'Most objects of a page.', { type: 'integer', minimum: 0, maximum: 1000, default: 1000 }),
  query('sort_by', 'Field to sort by.', { type: 'string' }),
  query('sort_ascending', 'Whether the lowest value comes first.', { type: 'boolean', default: true }),
  query('included_fields', 'Fields to answer, separated by commas.', { type: 'string' }),
];

/** Parameters that many operations share. */
const PARAMETERS: readonly Parameter[] = [
  ...PAGING,
  query('dry_run', 'Check everything, keep nothing, and answer nothing but a status.', { type: 'boolean' }),
  query('force', 'Delete although other objects refer to it.', { type: 'boolean' }),
  query('fail_if_subtree_exists', 'Refuse when there is anything below it.', { type: 'boolean' }),
  {
    name: 'nsx-enable-partial-patch',
    in: 'header',
    required: false,
    description: 'Change only the fields that the body names.',
    schema: { type: 'boolean' },
  },
  {
    name: 'X-Allow-Overwrite',
    in: 'header',
    required: false,
    description: 'Change what a principal identity protects.',
    schema: { type: 'boolean' },
  },
];

function parameter(name: string): { readonly $ref: string } {
  return { $ref: `#/components/parameters/${name}` };
}

/** What every write looks at. */
const WRITING = [parameter('dry_run'), parameter('X-Allow-Overwrite')];

const TREE = [
  query('filter', 'Types to answer as a tree: Type- and names, such as Type-Domain|Group.', { type: 'string' }),
  query('type_filter', 'Types to answer as a tree, separated by semicolons.', { type: 'string' }),
  query('base_path', 'Policy path where the tree starts.', { type: 'string' }),
];

function error(description: string): object {
  return { description, content: { 'application/json': { schema: { $ref: `${SCHEMAS}ApiError` } } } };
}

const RESPONSES = {
  Wrong: error('The request is wrong: the answer says where and what to do.'),
  Unauthorized: error('Credentials are missing or wrong.'),
  Forbidden: error('The role does not allow this, or the object is protected.'),
  NotFound: error('There is no such object.'),
  Stale: error('The revision is not the current one.'),
  TooMany: error('Too many requests: try again later.'),
  Busy: error('The manager is busy: try again later.'),
  Failure: error('What is wrong, where, and what to do.'),
};

/** A reference to one of the errors that operations share. */
export function failure(name: keyof typeof RESPONSES): { readonly $ref: string } {
  return { $ref: `#/components/responses/${name}` };
}

function answers(description: string, schema?: JsonSchema): Record<string, unknown> {
  return {
    200: { description, ...(schema ? { content: { 'application/json': { schema } } } : {}) },
    400: failure('Wrong'),
    401: failure('Unauthorized'),
    403: failure('Forbidden'),
    404: failure('NotFound'),
    412: failure('Stale'),
    429: failure('TooMany'),
    503: failure('Busy'),
  };
}

/** `/infra/tier-1s/{tier-1-id}/segments/{segment-id}` becomes `InfraTier1sSegments`: unique, because templates are. */
export function operationName(template: string): string {
  return template
    .replace(/\{[^}]+\}/g, '')
    .split(/[/-]/)
    .filter((part) => part !== '')
    .map((part) => part[0]?.toUpperCase() + part.slice(1))
    .join('');
}

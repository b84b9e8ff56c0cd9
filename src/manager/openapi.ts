import type { INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { pino } from 'pino';
import { registry } from '../model/types.js';
import { describedStructures, SHARED_PARAMETERS } from '../operations/described.js';
import { Metrics } from '../operations/metrics.js';
import { Readiness } from '../operations/readiness.js';
import { describePolicy, failure, operationName } from '../policy/openapi.js';
import { VERSION } from '../shared/version.js';
import { AppModule, type ManagerParts } from './app.module.js';

/** What each group of operations is about. */
const TAGS: Readonly<Record<string, string>> = {
  networking: 'Gateways, segments, routing, NAT, DHCP, DNS and their profiles.',
  security: 'Firewall policies and rules, and what they refer to.',
  grouping: 'Groups of workloads and addresses.',
  services: 'Services by protocol and port.',
  balancing: 'Load balancers, their servers, pools, profiles and monitors.',
  addressing: 'Address pools and blocks.',
  inventory: 'Workloads that nodes report, and tags.',
  fabric: 'Transport nodes, edge clusters, transport zones and sites.',
  system: 'The root of the tree, certificates and what belongs to the manager.',
  realization: 'What became of intent on the nodes.',
  search: 'Searching intent and inventory.',
  nodes: "Heddle's own: enrolment of nodes, and their sessions.",
  workloads: "Heddle's own: machines on simulated nodes.",
  'packet traces': "Heddle's own: what would happen to a packet.",
  history: "Heddle's own: who changed what, and the audit log.",
  session: 'Logging in and out.',
  users: 'Local users.',
  roles: 'Roles and who holds them.',
  'principal identities': 'Programs that log in with a client certificate.',
  node: 'The manager itself, as clients ask for it when they connect.',
  licences: 'Licence keys, which are kept and needed for nothing.',
  operations: 'Whether the manager works, and its figures.',
};

/**
 * The whole API as an OpenAPI 3.1 document: the operations on policy objects from the registry, the others from their
 * controllers. Names are sorted, so that a change of the code is a change of the same lines here.
 */
export function describeApi(app: INestApplication): OpenAPIObject {
  const config = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Heddle')
    .setDescription('An open network management plane that speaks the NSX-T Policy API. Operations below /heddle are its own.')
    .setVersion(VERSION)
    .setLicense('Apache-2.0', 'https://www.apache.org/licenses/LICENSE-2.0')
    .addServer('https://127.0.0.1:8443', 'A manager on this machine')
    .addBasicAuth({ type: 'http', scheme: 'basic' }, 'basic')
    .addCookieAuth('JSESSIONID', { type: 'apiKey', in: 'cookie', description: 'With the header X-XSRF-TOKEN, as /api/session/create answers it.' }, 'session')
    .addSecurityRequirements('basic')
    .addSecurityRequirements('session')
    .build();
  const own = SwaggerModule.createDocument(app, config);
  const { paths, schemas, responses, parameters } = describePolicy(registry, describedStructures());
  const all: Paths = { ...completed(own.paths as Paths), ...(paths as Paths) };
  const used = new Set<string>(Object.values(all).flatMap((path) => Object.values(path).flatMap((operation) => operation.tags ?? [])));
  return {
    ...own,
    tags: [...used].sort().map((name) => ({ name, description: TAGS[name] ?? '' })),
    paths: sorted(all) as OpenAPIObject['paths'],
    components: { ...own.components, schemas: sorted({ ...own.components?.schemas, ...schemas }), responses, parameters } as never,
  };
}

interface Operation {
  tags?: string[];
  responses?: Record<string, unknown>;
  operationId?: string;
  parameters?: Parameter[];
}

type Parameter = { name?: string; in?: string; required?: boolean; schema?: object } | { $ref: string };

type Paths = Record<string, Record<string, Operation>>;

/** What holds for all controllers: an error has the same shape everywhere, what the path names is a parameter, a name tells method and path. */
function completed(paths: Paths): Paths {
  for (const [template, path] of Object.entries(paths)) {
    const named = [...template.matchAll(/\{([^}]+)\}/g)].map(([, name]) => name as string);
    for (const [method, operation] of Object.entries(path)) {
      operation.operationId = nameOf(method, template);
      operation.tags = operation.tags?.map((tag) => tag.toLowerCase());
      operation.responses = { ...operation.responses, default: failure('Failure') };
      const declared = operation.parameters ?? [];
      const missing = named.filter((name) => !declared.some((parameter) => 'in' in parameter && parameter.in === 'path' && parameter.name === name));
      operation.parameters = [...missing.map((name) => ({ name, in: 'path', required: true, schema: { type: 'string' } })), ...declared.map(shared)];
    }
  }
  return paths;
}

/** Controllers can only name a shared parameter by its schema: here the parameter itself becomes the reference. */
function shared(parameter: Parameter): Parameter {
  const { $ref: target } = (('schema' in parameter && parameter.schema) || {}) as { $ref?: string };
  return target?.startsWith(SHARED_PARAMETERS) ? { $ref: target } : parameter;
}

/** `GET /heddle/api/v1/nodes/{node}` becomes `getHeddleNodesByNode`; what the management API has comes after `Management`. */
function nameOf(method: string, template: string): string {
  const words = template
    .replace(/^\/policy\/api\/v1/, '')
    .replace(/^\/api\/v1/, '/management')
    .replace(/^\/heddle\/api\/v1/, '/heddle')
    .replace(/\{([^}]+)\}/g, 'by/$1');
  return `${method}${operationName(words)}`;
}

function sorted<T>(record: Record<string, T>): Record<string, T> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The document as text, without a manager: controllers are described by what they declare, so none of their parts is needed. */
export async function openApiText(): Promise<string> {
  const nothing: never = new Proxy(() => undefined, { get: (_, name) => (name === 'then' ? undefined : nothing), apply: () => [] }) as never;
  const logger = pino({ level: 'silent' });
  const metrics = new Metrics();
  const parts: ManagerParts = {
    registry,
    reader: nothing,
    writer: nothing,
    largeBodies: nothing,
    searchSource: nothing,
    fabric: nothing,
    tags: nothing,
    agents: { enrolment: nothing, fabric: nothing, reader: nothing },
    history: nothing,
    access: { directory: nothing, audit: nothing, metrics, logger },
    operations: { node: { productVersion: '', installation: '' }, licenses: nothing, readiness: new Readiness(), metrics, logger },
  };
  const { FastifyAdapter } = await import('@nestjs/platform-fastify');
  const app = await NestFactory.create(AppModule.of(parts), new FastifyAdapter(), { logger: false });
  await app.init();
  return `${JSON.stringify(describeApi(app), null, 1)}\n`;
}

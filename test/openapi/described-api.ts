import { Agent, request } from 'node:https';
import { registry } from '../../src/model/types.js';
import { describePolicy } from '../../src/policy/openapi.js';
import { DescribedSchemas, DOCUMENT } from './described-schemas.js';

interface Content {
  readonly schema: object;
}

interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required?: boolean;
}

interface Response {
  readonly content?: Readonly<Record<string, Content>>;
}

interface Operation {
  readonly operationId: string;
  readonly parameters?: readonly (Parameter | { readonly $ref: string })[];
  readonly requestBody?: { readonly required?: boolean; readonly content: Readonly<Record<string, Content>> };
  readonly responses: Readonly<Record<string, Response | { readonly $ref: string }>>;
}

const TREE = describePolicy(registry).paths;

/** An operation as the document has it, and whether it is one on policy objects. */
export interface Described {
  readonly method: string;
  readonly template: string;
  readonly inTree: boolean;
  readonly operation: Operation;
}

export const DESCRIBED: readonly Described[] = Object.entries(DOCUMENT.paths as Record<string, Record<string, Operation>>).flatMap(([template, path]) =>
  Object.entries(path)
    .filter(([method]) => method !== 'parameters')
    .map(([method, operation]) => ({ method: method.toUpperCase(), template, inTree: TREE[template]?.[method] !== undefined, operation })),
);

export interface Given {
  readonly path?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string | number>>;
  readonly body?: object;
  /** Expect an error of this status, and not the success that is described. */
  readonly refused?: number;
}

// biome-ignore lint/suspicious/noExplicitAny: what the API answers, whose shape is the matter of the test
export type Body = any;

export const nameOf = ({ method, template }: Pick<Described, 'method' | 'template'>): string => `${method} ${template}`;

/** A client that holds every request and every answer against the document, and fails where they are not as described. */
export class DescribedApi {
  readonly called = new Set<string>();
  private readonly agent = new Agent({ rejectUnauthorized: false, keepAlive: true });
  private readonly schemas = new DescribedSchemas();

  constructor(
    private readonly url: string,
    private readonly authorization: string,
  ) {}

  /** @param template the path as the document has it */
  async call(method: string, template: string, given: Given = {}): Promise<Body> {
    const described = DESCRIBED.find((one) => one.method === method && one.template === template);
    if (!described) throw new Error(`${method} ${template} is not described`);
    this.called.add(nameOf(described));
    const [mediaType, text] = this.bodyOf(described, given);
    const answer = await this.send(method, this.uriOf(described, given), mediaType, text);
    return this.read(described, given, answer);
  }

  private uriOf({ template, operation }: Described, { path = {}, query = {} }: Given): string {
    const shared = DOCUMENT.components.parameters as Readonly<Record<string, Parameter>>;
    const parameters = (operation.parameters ?? []).map((one) => ('$ref' in one ? (shared[one.$ref.split('/').at(-1) ?? ''] as Parameter) : one));
    const known = parameters.filter((one) => one.in === 'query').map(({ name }) => name);
    const unknown = Object.keys(query).filter((name) => !known.includes(name));
    if (unknown.length > 0) throw new Error(`${template} does not describe its parameter ${unknown.join(', ')}`);
    const missing = parameters.filter((one) => one.in === 'query' && one.required && query[one.name] === undefined);
    if (missing.length > 0) throw new Error(`${template} requires ${missing.map(({ name }) => name).join(', ')}`);
    const filled = template.replace(/\{([^}]+)\}/g, (_, name: string) => {
      if (path[name] === undefined) throw new Error(`${template}: say what {${name}} is`);
      return encodeURIComponent(path[name]);
    });
    const asked = new URLSearchParams(Object.entries(query).map(([name, value]): [string, string] => [name, String(value)])).toString();
    return asked === '' ? filled : `${filled}?${asked}`;
  }

  private bodyOf(described: Described, { body, refused }: Given): [mediaType: string, text: string] {
    const { requestBody } = described.operation;
    if (!body) {
      if (requestBody?.required && !refused) throw new Error(`${nameOf(described)} requires a body`);
      return ['application/json', ''];
    }
    const [mediaType] = Object.keys(requestBody?.content ?? {});
    if (!mediaType) throw new Error(`${nameOf(described)} does not describe its body`);
    this.schemas.check('asked', pointer(described, 'requestBody', 'content', mediaType, 'schema'), body, `the body of ${nameOf(described)}`);
    return [mediaType, mediaType === 'application/json' ? JSON.stringify(body) : new URLSearchParams(body as Record<string, string>).toString()];
  }

  private read(described: Described, { refused }: Given, { status, mediaType, text }: Answered): Body {
    const name = `${nameOf(described)} ${status}`;
    if (refused === undefined ? status >= 300 : status !== refused) throw new Error(`${name}: ${text}`);
    if (refused !== undefined) {
      const error = JSON.parse(text);
      this.schemas.check('answered', '/components/schemas/ApiError', error, name);
      return error;
    }
    const response = described.operation.responses[status];
    if (!response) throw new Error(`${name} is not described`);
    const contents = 'content' in response ? Object.keys(response.content ?? {}) : [];
    if (contents.length === 0) {
      if (text !== '') throw new Error(`${name} answers ${text.slice(0, 200)}, but is described as nothing`);
      return undefined;
    }
    if (!contents.includes(mediaType)) throw new Error(`${name} answers '${mediaType}', but is described as ${contents.join(', ')}`);
    const body: unknown = mediaType === 'application/json' ? JSON.parse(text) : text;
    this.schemas.check('answered', pointer(described, 'responses', String(status), 'content', mediaType, 'schema'), body, name);
    return body;
  }

  private send(method: string, uri: string, mediaType: string, text: string): Promise<Answered> {
    const headers = { authorization: this.authorization, 'content-type': mediaType, 'content-length': Buffer.byteLength(text) };
    return new Promise((resolve, reject) => {
      const sent = request(this.url + uri, { method, agent: this.agent, headers }, (response) => {
        let answer = '';
        response.setEncoding('utf8').on('data', (chunk: string) => {
          answer += chunk;
        });
        const [answeredType = ''] = (response.headers['content-type'] ?? '').split(';');
        response.on('end', () => resolve({ status: response.statusCode ?? 0, mediaType: answeredType, text: answer }));
      });
      sent.on('error', reject);
      sent.end(text);
    });
  }
}

interface Answered {
  readonly status: number;
  readonly mediaType: string;
  readonly text: string;
}

function pointer({ method, template }: Described, ...steps: readonly string[]): string {
  return ['', 'paths', template, method.toLowerCase(), ...steps].map((step) => step.replaceAll('~', '~0').replaceAll('/', '~1')).join('/');
}

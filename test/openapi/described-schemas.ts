import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { FORMATS } from '../../src/model/formats.js';

// biome-ignore lint/suspicious/noExplicitAny: JSON of whatever shape
type Json = any;

/** The OpenAPI document that clients are generated from. */
export const DOCUMENT = JSON.parse(readFileSync(join(import.meta.dirname, '..', '..', 'openapi', 'heddle.json'), 'utf8'));

/** The schemas of the document, once for requests and once for answers: what is write-only is required of requests alone. */
export class DescribedSchemas {
  private readonly ajv = new Ajv2020({ strict: false, allErrors: true });
  private readonly compiled = new Map<string, ValidateFunction>();

  constructor() {
    for (const [name, { accepts }] of Object.entries(FORMATS)) this.ajv.addFormat(name, { type: 'string', validate: accepts });
    this.ajv.addSchema(DOCUMENT, 'asked');
    this.ajv.addSchema(withoutWriteOnly(DOCUMENT), 'answered');
  }

  /** @throws Error with what is not as described, and where */
  check(side: 'asked' | 'answered', at: string, value: unknown, what: string): void {
    const reference = `${side}#${at.split('/').map(encodeURIComponent).join('/')}`;
    let validate = this.compiled.get(reference);
    if (!validate) {
      validate = this.ajv.compile({ $ref: reference });
      this.compiled.set(reference, validate);
    }
    if (validate(value)) return;
    const problems = (validate.errors ?? []).map(
      ({ instancePath, message, params }) => `${instancePath || 'it'} ${message} ${JSON.stringify(params)}: ${JSON.stringify(valueAt(value, instancePath))}`,
    );
    throw new Error(`${what} is not as described:\n${problems.slice(0, 10).join('\n')}`);
  }
}

function valueAt(value: Json, path: string): unknown {
  return path
    .split('/')
    .slice(1)
    .reduce((inner, step) => inner?.[step], value);
}

/** A copy of the schemas in which no write-only field is required. */
function withoutWriteOnly(value: Json): Json {
  if (Array.isArray(value)) return value.map(withoutWriteOnly);
  if (typeof value !== 'object' || value === null) return value;
  const copy = Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, withoutWriteOnly(inner)]));
  if (!Array.isArray(copy.required) || typeof copy.properties !== 'object') return copy;
  return { ...copy, required: copy.required.filter((name: string) => !copy.properties[name]?.writeOnly) };
}

import { addDefaults, type Json, withoutEmpty } from '../model/body.js';
import { CODES } from '../model/error-codes.js';
import { PolicyError } from '../model/problem.js';
import { validate } from '../model/validator.js';

/**
 * The body of a request as a structure of declared fields: what the system sets is dropped, defaults are added, the rest is checked.
 * @throws PolicyError 400 with every problem found
 */
export function readBody<T extends object>(struct: new () => T, body: unknown): T {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new PolicyError({ status: 400, code: CODES.malformed, message: 'The body must be a JSON object: send one with Content-Type: application/json.' });
  }
  const given = withoutEmpty(struct, body as Json);
  const [first, ...more] = validate(struct, given);
  if (first) throw new PolicyError(first, ...more);
  addDefaults(struct, given);
  return given as T;
}

import { jsonErrorOffset } from './json-place.js';

/** Structures in a body may nest this deep; the deepest real body (a rule in a hierarchical one) needs about 30 levels. */
const DEEPEST = 100;

/** Characters of a malformed text that are searched for the place, about 20 ms. */
const LONGEST_SEARCHED = 1_000_000;

/** Bytes that are not a JSON text we accept; the message is a sentence for the client. */
export class JsonError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'JsonError';
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/**
 * Parses a JSON body. Beyond JSON.parse it refuses bytes that are not UTF-8, structures nested so deep that code which walks them
 * could run out of stack, and members named `__proto__`, which would change the prototype of an object they are copied into.
 * @throws JsonError
 */
export function parseJson(bytes: Uint8Array): unknown {
  refuseDeep(bytes);
  const text = decode(bytes);
  try {
    return /__proto__|\\u005f/i.test(text) ? JSON.parse(text, refusePrototype) : JSON.parse(text);
  } catch (error) {
    throw error instanceof JsonError ? error : malformed(text);
  }
}

function decode(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw new JsonError('The body is not UTF-8: encode it so.');
  }
}

/** One pass over the bytes, about 1 ns each: brackets inside strings do not count. */
function refuseDeep(bytes: Uint8Array): void {
  let depth = 0;
  let inString = false;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at] as number;
    if (inString) {
      if (byte === BACKSLASH) at += 1;
      else if (byte === QUOTE) inString = false;
    } else if (byte === QUOTE) inString = true;
    else if (byte === 0x7b || byte === 0x5b) {
      depth += 1;
      if (depth > DEEPEST) throw new JsonError(`The body is nested deeper than ${DEEPEST} levels: send it in parts.`);
    } else if (byte === 0x7d || byte === 0x5d) depth -= 1;
  }
}

function refusePrototype(key: string, value: unknown): unknown {
  if (key === '__proto__') throw new JsonError('The body has a member named __proto__: remove it.');
  return value;
}

function malformed(text: string): JsonError {
  if (text.length > LONGEST_SEARCHED) return new JsonError('The body is not valid JSON: correct it.');
  const before = text.slice(0, jsonErrorOffset(text));
  const line = before.split('\n').length;
  const column = before.length - before.lastIndexOf('\n');
  return new JsonError(`The body is not valid JSON at line ${line}, column ${column}: correct it there.`);
}

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { JsonError, parseJson } from '../../src/shared/json.js';
import { jsonErrorOffset } from '../../src/shared/json-place.js';

const bytes = (text: string): Uint8Array => Buffer.from(text);

describe('parsing a body', () => {
  it('reads what JSON.stringify writes', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6, noUnicodeString: false }), (value) => {
        const text = JSON.stringify(value);
        fc.pre(!text.includes('"__proto__"'));
        expect(parseJson(bytes(text))).toEqual(JSON.parse(text));
      }),
    );
  });

  it('says where a body is malformed', () => {
    expect(() => parseJson(bytes('{\n  "a": 1,\n  "b": }'))).toThrow(new JsonError('The body is not valid JSON at line 3, column 8: correct it there.'));
    expect(() => parseJson(bytes('{"a": 1'))).toThrow(/line 1, column 8/);
    expect(() => parseJson(bytes(''))).toThrow(JsonError);
  });

  it('finds the place in every text that JSON.parse refuses', () => {
    const piece = fc.constantFrom('{', '}', '[', ']', ':', ',', '"a"', '1', '-0.5e+3', '01', 'true', 'nul', ' ', '\n', '"\\u12"', '"', '\\', 'é');
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const text = pieces.join('');
        const offset = jsonErrorOffset(text);
        try {
          JSON.parse(text);
          expect(offset).toBe(text.length);
        } catch (error) {
          const position = /at position (\d+)/.exec(String(error))?.[1];
          const token = text.slice(offset, position === undefined ? offset : Number(position));
          expect(offset).toBeLessThanOrEqual(position === undefined ? text.length : Number(position));
          if (!token.startsWith('"')) expect(token).not.toMatch(/[\s{}[\]:,]/);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('does not repeat the body in the message, which may hold a password', () => {
    expect(() => parseJson(bytes('{"password": hunter2}'))).toThrow(/^(?!.*hunter2).*not valid JSON/);
  });

  it('refuses a structure so deep that walking it could overflow the stack', () => {
    expect(() => parseJson(bytes('['.repeat(200_000)))).toThrow(/nested deeper than 100 levels/);
    expect(parseJson(bytes(`${'['.repeat(100)}${']'.repeat(100)}`))).toBeInstanceOf(Array);
    expect(parseJson(bytes(JSON.stringify({ text: '[{'.repeat(500), quote: '"[\\' })))).toHaveProperty('quote', '"[\\');
  });

  it('refuses a member that would change a prototype, however it is written', () => {
    expect(() => parseJson(bytes('{"a":[{"__proto__":{"admin":true}}]}'))).toThrow(/named __proto__/);
    expect(() => parseJson(bytes('{"\\u005f_proto__":{}}'))).toThrow(/named __proto__/);
    expect(parseJson(bytes('{"a":"__proto__"}'))).toEqual({ a: '__proto__' });
  });

  it('refuses bytes that are not UTF-8, and accepts a byte order mark', () => {
    expect(() => parseJson(Buffer.from([0x22, 0xff, 0x22]))).toThrow(/not UTF-8/);
    expect(parseJson(Buffer.from('\ufeff{"a":1}'))).toEqual({ a: 1 });
  });
});

import { CODES } from '../model/error-codes.js';
import { PolicyError } from '../model/problem.js';

/**
 * The search language as NSX-T's clients write it: `field:value` terms joined by AND, OR, NOT and parentheses, `*` and `?` as
 * wildcards, a backslash before any character that should stand for itself. Values may hold blanks without quotes, since real
 * clients send `display_name:Enterprise Manager Servlet port SSL*`; a value ends at the next operator or parenthesis.
 */
export type Query =
  | { readonly kind: 'and' | 'or'; readonly of: readonly Query[] }
  | { readonly kind: 'not'; readonly of: Query }
  | { readonly kind: 'term'; readonly field: string | undefined; readonly pattern: Pattern };

/** A value with wildcards: pieces between `*`, each a list of characters or of `undefined` for `?`. Matches without regard to case. */
export interface Pattern {
  readonly pieces: readonly (readonly (string | undefined)[])[];
  /** The value as written, when it has no wildcard. */
  readonly literal: string | undefined;
  /** What a match must start with, as written. */
  readonly prefix: string;
}

/** Longest query that is read, and how deep its parentheses may be. */
const LONGEST = 20_000;
const DEEPEST = 50;

/** @throws PolicyError 400 that says where the query stops making sense */
export function parseQuery(text: string): Query {
  if (text.length > LONGEST) throw bad(`Parameter query is longer than ${LONGEST} characters: search for less at once.`);
  const parser = new Parser(text);
  const query = parser.either(0);
  parser.end();
  return query;
}

class Parser {
  private at = 0;

  constructor(private readonly text: string) {}

  either(depth: number): Query {
    if (depth > DEEPEST) throw bad(`Parameter query has more than ${DEEPEST} parentheses inside each other.`);
    const of = [this.both(depth)];
    while (this.word('OR')) of.push(this.both(depth));
    return of.length === 1 ? (of[0] as Query) : { kind: 'or', of };
  }

  end(): void {
    if (this.at < this.text.length) throw this.unexpected();
  }

  private both(depth: number): Query {
    const of = [this.one(depth)];
    while (this.word('AND')) of.push(this.one(depth));
    return of.length === 1 ? (of[0] as Query) : { kind: 'and', of };
  }

  private one(depth: number): Query {
    this.blanks();
    if (this.word('NOT') || this.sign('!')) return { kind: 'not', of: this.one(depth + 1) };
    if (depth > DEEPEST) throw this.unexpected();
    if (this.sign('(')) {
      const inner = this.either(depth + 1);
      this.blanks();
      if (!this.sign(')')) throw this.unexpected();
      return inner;
    }
    return this.term();
  }

  private term(): Query {
    const field = /^[A-Za-z_][\w.]*(?=:)/.exec(this.text.slice(this.at, this.at + 256))?.[0];
    if (field !== undefined) this.at += field.length + 1;
    this.blanks();
    if (field !== undefined && this.sign('(')) return this.alternatives(field);
    const pattern = this.text[this.at] === '"' ? this.quoted() : this.bare();
    return { kind: 'term', field, pattern };
  }

  /** `field:(a OR b)`. */
  private alternatives(field: string): Query {
    const of: Query[] = [];
    do {
      this.blanks();
      of.push({ kind: 'term', field, pattern: this.text[this.at] === '"' ? this.quoted() : this.bare() });
    } while (this.word('OR'));
    this.blanks();
    if (!this.sign(')')) throw this.unexpected();
    return { kind: 'or', of };
  }

  private bare(): Pattern {
    const builder = new PatternBuilder();
    const start = this.at;
    while (this.at < this.text.length) {
      const char = this.text[this.at] as string;
      if (char === ')' || char === '(') break;
      if (char === ' ' && (/^ +(?:AND|OR)(?= )/.test(this.text.slice(this.at, this.at + 40)) || this.text.slice(this.at).trim() === '')) break;
      if (char === '\\' && this.at + 1 < this.text.length) {
        this.at += 1;
        builder.char(this.text[this.at] as string);
      } else if (char === '*') builder.anything();
      else if (char === '?') builder.any();
      else builder.char(char);
      this.at += 1;
    }
    if (this.at === start) throw this.unexpected();
    return builder.pattern();
  }

  private quoted(): Pattern {
    const builder = new PatternBuilder();
    for (this.at += 1; this.at < this.text.length; this.at += 1) {
      const char = this.text[this.at] as string;
      if (char === '"') {
        this.at += 1;
        return builder.pattern();
      }
      if (char === '\\') this.at += 1;
      builder.char(this.text[this.at] ?? '');
    }
    throw bad('Parameter query has a quotation mark without its partner.');
  }

  private word(word: string): boolean {
    const match = new RegExp(`^ *${word}(?= |\\(|!)`).exec(this.text.slice(this.at, this.at + 256));
    if (!match) return false;
    this.at += match[0].length;
    this.blanks();
    return true;
  }

  private sign(sign: string): boolean {
    if (this.text[this.at] !== sign) return false;
    this.at += 1;
    return true;
  }

  private blanks(): void {
    while (this.text[this.at] === ' ') this.at += 1;
  }

  private unexpected(): PolicyError {
    const rest = this.text.slice(this.at, this.at + 20);
    return bad(
      rest === '' ? 'Parameter query ends where a term was expected.' : `Parameter query cannot be read from "${rest}" (character ${this.at + 1}) on.`,
    );
  }
}

class PatternBuilder {
  private readonly pieces: (string | undefined)[][] = [[]];

  char(char: string): void {
    this.pieces.at(-1)?.push(char);
  }

  any(): void {
    this.pieces.at(-1)?.push(undefined);
  }

  anything(): void {
    this.pieces.push([]);
  }

  pattern(): Pattern {
    const [first = []] = this.pieces;
    const until = first.indexOf(undefined);
    const prefix = (until < 0 ? first : first.slice(0, until)).join('');
    const plain = this.pieces.length === 1 && until < 0;
    const pieces = this.pieces.map((piece) => piece.map((char) => char?.toLowerCase()));
    return { pieces, literal: plain ? prefix : undefined, prefix };
  }
}

/** Whether a pattern matches a whole text. Linear in the text for each piece: no pattern takes long. */
export function matches({ pieces }: Pattern, given: string): boolean {
  const text = given.toLowerCase();
  const [first = [], ...rest] = pieces;
  if (!fitsAt(text, 0, first)) return false;
  const last = rest.pop();
  if (!last) return text.length === first.length;
  let from = first.length;
  for (const piece of rest) {
    let found = from;
    while (found + piece.length <= text.length && !fitsAt(text, found, piece)) found += 1;
    if (found + piece.length > text.length) return false;
    from = found + piece.length;
  }
  return text.length - last.length >= from && fitsAt(text, text.length - last.length, last);
}

function fitsAt(text: string, at: number, piece: readonly (string | undefined)[]): boolean {
  if (at + piece.length > text.length) return false;
  return piece.every((char, index) => char === undefined || char === text[at + index]);
}

function bad(message: string): PolicyError {
  return new PolicyError({ status: 400, code: CODES.field, field: 'query', message });
}

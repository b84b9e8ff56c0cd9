import { readFileSync, writeFileSync } from 'node:fs';

type Json = { [name: string]: unknown };

/** One request of a real client and what it got, without credentials. */
export interface Exchange {
  readonly method: string;
  /** Path and query as sent. */
  readonly uri: string;
  /** Headers that change what a request means. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly status: number;
  /** The answer, what `settled` makes of it; absent where there was none. */
  readonly answer?: unknown;
}

/** Headers that are recorded: all others say who asks, not what. */
export const MEANINGFUL_HEADERS = ['nsx-enable-partial-patch', 'x-allow-overwrite'] as const;

/** Fields that differ from run to run: identifiers that the system draws, times, and numbers that are never handed out twice. */
const VOLATILE = new Set([
  'unique_id',
  'realization_id',
  'realization_specific_identifier',
  'owner_id',
  'nsx_id',
  '_create_time',
  '_last_modified_time',
  'lock_modified_time',
  'rule_id',
  'default_rule_id',
]);
const SECRET = /password|passphrase|secret|private_key|pre_shared|psk/i;
/** Errors are compared by what clients branch on: their text may improve. */
const ERROR_FIELDS = ['httpStatus', 'error_code', 'module_name'] as const;

/** An answer with everything blotted out that another run cannot repeat. */
export function settled(status: number, answer: unknown): unknown {
  if (status >= 400 && isJson(answer)) return Object.fromEntries(ERROR_FIELDS.map((name) => [name, answer[name]]));
  return mapped(answer, (name, value) => (VOLATILE.has(name) ? '*' : value));
}

/** A body without secrets, for a file that everyone may read. */
export function scrubbed(body: unknown): unknown {
  return mapped(body, (name, value) => (SECRET.test(name) && typeof value === 'string' && value !== '' ? 'scrubbed' : value));
}

function mapped(value: unknown, change: (name: string, value: unknown) => unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => mapped(item, change));
  if (!isJson(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, mapped(change(name, inner), change)]));
}

/** Leaves out reads that were repeated with the same answer before anything was written. */
export function withoutRepeats(exchanges: readonly Exchange[]): Exchange[] {
  const seen = new Map<string, string>();
  return exchanges.filter((exchange) => {
    if (exchange.method !== 'GET') {
      seen.clear();
      return true;
    }
    const answer = JSON.stringify([exchange.status, exchange.answer]);
    if (seen.get(exchange.uri) === answer) return false;
    seen.set(exchange.uri, answer);
    return true;
  });
}

/** Where two settled answers differ, as a JSON path and the two values; undefined: nowhere. */
export function difference(recorded: unknown, answered: unknown, at = '$'): string | undefined {
  if (Array.isArray(recorded) && Array.isArray(answered)) {
    const now = at.endsWith('.results') ? withoutSystems(recorded, answered) : answered;
    if (recorded.length !== now.length) return `${at} has ${now.length} items, not ${recorded.length}`;
    return recorded.map((item, index) => difference(item, now[index], `${at}[${index}]`)).find((found) => found !== undefined);
  }
  if (isJson(recorded) && isJson(answered)) {
    const names = new Set([...Object.keys(recorded), ...Object.keys(answered)]);
    for (const name of names) {
      if (name === 'result_count' && 'results' in recorded) continue;
      const found = difference(recorded[name], answered[name], `${at}.${name}`);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  return Object.is(recorded, answered) ? undefined : `${at} is ${JSON.stringify(answered)}, not ${JSON.stringify(recorded)}`;
}

/** The items of a listing without objects of the system's own that were not there when it was recorded: new defaults break no client. */
function withoutSystems(recorded: readonly unknown[], answered: readonly unknown[]): readonly unknown[] {
  const known = new Set(recorded.filter(isJson).map(({ path }) => path));
  return answered.filter((item) => !isJson(item) || item._system_owned !== true || known.has(item.path));
}

function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A line of a file: an exchange, or one whose answer is that of an earlier line (`as`, from 1). */
type Line = Exchange | (Omit<Exchange, 'answer'> & { readonly as: number });

export function readExchanges(file: string): Exchange[] {
  const lines: Line[] = readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
  return lines.map((line) => ('as' in line ? { ...line, answer: (lines[line.as - 1] as Exchange).answer } : line));
}

/** One exchange a line, so that a change of an answer is a change of a line. */
export function writeExchanges(file: string, exchanges: readonly Exchange[]): void {
  const known = new Map<string, number>();
  const lines = exchanges.map((exchange, index): Line => {
    const { answer, ...rest } = exchange;
    if (answer === undefined) return exchange;
    const text = JSON.stringify(answer);
    const as = known.get(text);
    if (as !== undefined) return { ...rest, as };
    known.set(text, index + 1);
    return exchange;
  });
  writeFileSync(file, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
}

import { hostname } from 'node:os';
import { runInNewContext } from 'node:vm';
import type { ChangeSet, HistoryReader } from '../store/history-reader.js';
import type { HistoryPage } from './history.js';
import { bad } from './query.js';

/** Which log lines are wanted, as NSX-T's clients say it. */
export interface LogFilter {
  /** Only lines that are not older than so many days. */
  readonly ageLimitDays?: number;
  readonly text?: string;
  readonly isRegex: boolean;
}

const DAY = 24 * 60 * 60_000;
/** Log audit, of RFC 5424. */
const FACILITY = 13;
const INFORMATIONAL = 6;
const WARNING = 4;
/** Change sets that are looked at for one page before it is answered as it is, with a cursor to go on from. */
const MOST_LOOKED_AT = 20_000;
const LOOKED_AT_ONCE = 500;
/** How long an expression of a client may run over one batch, in milliseconds: one that backtracks without end must not stop the API. */
const EXPRESSION_MS = 100;

/** Audit records as log lines of RFC 5424, newest first, as NSX-T answers them. */
export function auditLines(reader: HistoryReader, filter: LogFilter, page: { readonly before?: number; readonly size: number }, now: number): HistoryPage {
  const matches = matcherOf(filter);
  const from = filter.ageLimitDays === undefined ? undefined : now - filter.ageLimitDays * DAY;
  const results: object[] = [];
  let { before } = page;
  for (let looked = 0; looked < MOST_LOOKED_AT; looked += LOOKED_AT_ONCE) {
    const sets = reader.changeSets({ from }, { before, size: LOOKED_AT_ONCE });
    const lines = sets.map(lineOf);
    const wanted = matches(lines.map(({ full_log: line }) => line));
    for (const [index, line] of lines.entries()) {
      before = sets[index]?.sequence;
      if (!wanted[index]) continue;
      results.push(line);
      if (results.length === page.size) return { results, cursor: String(before) };
    }
    if (sets.length < LOOKED_AT_ONCE) return { results };
  }
  return { results, cursor: String(before) };
}

function matcherOf({ text, isRegex }: LogFilter): (lines: readonly string[]) => readonly boolean[] {
  if (text === undefined || text === '') return (lines) => lines.map(() => true);
  if (!isRegex) return (lines) => lines.map((line) => line.includes(text));
  const expression = compiled(text);
  return (lines) => {
    try {
      return runInNewContext('lines.map((line) => expression.test(line))', { lines, expression }, { timeout: EXPRESSION_MS });
    } catch {
      throw bad('log_filter', 'Field log_filter takes too long: use an expression without nested repetition, or log_filter_type TEXT.');
    }
  };
}

function compiled(text: string): RegExp {
  try {
    return new RegExp(text);
  } catch (error) {
    throw bad('log_filter', `Field log_filter is no regular expression (${(error as Error).message}): correct it.`);
  }
}

function lineOf(set: ChangeSet): { readonly full_log: string } {
  const failed = set.status >= 400;
  const priority = FACILITY * 8 + (failed ? WARNING : INFORMATIONAL);
  const timestamp = new Date(set.at).toISOString();
  const data = {
    audit: 'true',
    comp: 'nsx-manager',
    level: failed ? 'WARNING' : 'INFO',
    subcomp: 'policy',
    security: set.status === 401 || set.status === 403 ? 'true' : 'false',
    username: set.user,
    req_id: set.requestId,
    ent_id: String(set.sequence),
    error_code: failed ? String(set.status) : '',
  };
  const structured = `[heddle@32473 ${Object.entries(data)
    .map(([name, value]) => `${name}="${escaped(value)}"`)
    .join(' ')}]`;
  const message = `UserName="${escaped(set.user)}", Src="${escaped(set.source)}", Operation="${set.method} ${escaped(set.uri)}", Status="${set.status}", Changes="${set.changes}"`;
  const host = hostname();
  return {
    full_log: `<${priority}>1 ${timestamp} ${host} NSX ${process.pid} - ${structured} ${message}`,
    ...{ priority, facility: FACILITY, timestamp, hostname: host, appname: 'NSX', procid: process.pid, msgid: '-', struct_data: data, message },
  };
}

/** RFC 5424 escapes these three in a parameter's value. */
function escaped(value: string): string {
  return value.replaceAll(/["\\\]]/g, '\\$&');
}

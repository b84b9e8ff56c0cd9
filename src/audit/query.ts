import { CODES } from '../model/error-codes.js';
import { PolicyError } from '../model/problem.js';
import type { ChangeOperation } from '../policy/ports.js';
import type { ChangeSetFilter, PageBack } from '../store/history-reader.js';
import { OPERATIONS } from './change-set.js';

/** Query parameters as they arrive. */
export type Query = Readonly<Record<string, string | undefined>>;

export const LARGEST_PAGE = 1000;
export const NORMAL_PAGE = 100;

/** A page of a listing that goes back in time; the cursor is the sequence that the last page ended with. */
export function pageOf(query: Query, largest = LARGEST_PAGE): PageBack {
  return {
    before: query.cursor === undefined ? undefined : whole('cursor', query.cursor),
    size: query.page_size === undefined ? Math.min(NORMAL_PAGE, largest) : Math.min(Math.max(whole('page_size', query.page_size), 1), largest),
  };
}

/** The filter of a listing of change sets. */
export function filterOf(query: Query): ChangeSetFilter {
  const filter: { -readonly [Name in keyof ChangeSetFilter]: ChangeSetFilter[Name] } = {};
  if (query.user !== undefined) filter.user = query.user;
  if (query.request_id !== undefined) filter.requestId = query.request_id;
  if (query.source !== undefined) filter.source = query.source;
  if (query.status !== undefined) filter.status = statusOf(query.status);
  if (query.from !== undefined) filter.from = timeOf('from', query.from);
  if (query.to !== undefined) filter.to = timeOf('to', query.to);
  if (query.path !== undefined) filter.path = query.path;
  if (query.type !== undefined) filter.type = query.type;
  if (query.operation !== undefined) filter.operation = operationOf(query.operation);
  return filter;
}

/** `403`, or a range such as `400-599`. */
function statusOf(text: string): readonly [number, number] {
  const [, low, high] = /^(\d{3})(?:-(\d{3}))?$/.exec(text) ?? [];
  if (low === undefined) throw bad('status', 'Parameter status must be an HTTP status, or a range such as 400-599.');
  return [Number(low), Number(high ?? low)];
}

function operationOf(text: string): ChangeOperation {
  const operation = OPERATIONS.find((one) => one === text.toUpperCase());
  if (operation === undefined) throw bad('operation', `Parameter operation must be one of ${OPERATIONS.join(', ')}.`);
  return operation;
}

/** Milliseconds since 1970, or a date and time of ISO 8601. */
export function timeOf(name: string, text: string): number {
  const time = /^\d{1,15}$/.test(text) ? Number(text) : Date.parse(text);
  if (Number.isNaN(time)) throw bad(name, `Parameter ${name} must be milliseconds since 1970, or a time such as 2026-01-31T12:00:00Z.`);
  return time;
}

export function whole(name: string, text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw bad(name, `Parameter ${name} must be a whole number.`);
  return Number(text);
}

export function required(query: Query, name: string): string {
  const value = query[name];
  if (value === undefined || value === '') throw bad(name, `Parameter ${name} is required: add it.`);
  return value;
}

export function bad(field: string, message: string): PolicyError {
  return new PolicyError({ status: 400, code: CODES.field, field, message });
}

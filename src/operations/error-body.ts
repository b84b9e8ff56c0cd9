import { STATUS_CODES } from 'node:http';
import { HttpException } from '@nestjs/common';
import { CODES } from '../model/error-codes.js';
import { PolicyError, type Problem } from '../model/problem.js';
import { JsonError } from '../shared/json.js';

/** A problem with any HTTP status: the transport has more of them than policy does. */
export type Failure = Omit<Problem, 'status'> & { readonly status: number };

/** One error as NSX-T's clients read it. */
interface RelatedError {
  readonly httpStatus: string;
  readonly error_code: number;
  readonly module_name: string;
  readonly error_message: string;
  /** Where it is, for people. */
  readonly details?: string;
  /** Where it is, for programs. */
  readonly error_data?: { readonly path?: string; readonly field?: string };
}

export interface ErrorBody extends RelatedError {
  readonly related_errors?: readonly RelatedError[];
}

/** The body of an error answer. Clients rely on a JSON object with an `error_code`, whatever went wrong. */
export function errorBody([first, ...others]: readonly [Failure, ...Failure[]]): ErrorBody {
  return others.length === 0 ? related(first) : { ...related(first), related_errors: others.map(related) };
}

function related({ status, code, message, path, field }: Failure): RelatedError {
  const place = [path && `Object ${path}`, field && `field ${field}`].filter(Boolean).join(', ');
  return {
    httpStatus: statusName(status),
    error_code: code,
    module_name: 'policy',
    error_message: message,
    ...(place === '' ? {} : { details: `${place.charAt(0).toUpperCase()}${place.slice(1)}.`, error_data: { path, field } }),
  };
}

/** `NOT_FOUND` for 404. */
function statusName(status: number): string {
  return (STATUS_CODES[status] ?? 'ERROR').toUpperCase().replaceAll(/[^A-Z]+/g, '_');
}

/** What an error of Fastify means for the client, by its code; others of status 4xx keep their own message. */
const TRANSPORT: Readonly<Record<string, { readonly status: number; readonly message: string }>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: { status: 413, message: 'The body is larger than this manager accepts: send it in parts, or raise HEDDLE_BODY_LIMIT_MIB.' },
  FST_ERR_CTP_INVALID_MEDIA_TYPE: { status: 415, message: 'The Content-Type is missing or not supported: send the body as application/json.' },
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: { status: 400, message: 'The body is not as long as Content-Length says: correct the header.' },
  FST_ERR_BAD_URL: { status: 400, message: 'The URL is not encoded correctly: percent-encode what is not a letter, a digit or one of -._~.' },
  FST_ERR_MAX_PARAM_LENGTH: { status: 414, message: 'An identifier in the URL is too long: 1,023 characters are the most.' },
};

/**
 * What a thrown value means for the client. What nobody foresaw becomes a 500 that tells nothing of the inside but the number by
 * which the log knows it.
 */
export function failuresOf(error: unknown, requestId: string): readonly [Failure, ...Failure[]] {
  if (error instanceof PolicyError) return error.problems;
  if (error instanceof JsonError) return [{ status: 400, code: CODES.malformed, message: error.message }];
  const { code, statusCode, message } = transportError(error);
  const known = code === undefined ? undefined : TRANSPORT[code];
  if (known) return [{ ...known, code: known.status === 400 ? CODES.malformed : known.status }];
  if (statusCode === 404) return [{ status: 404, code: CODES.unknownRoute, message: `Nothing is found there: ${message}. Check the path and the method.` }];
  if (statusCode !== undefined && statusCode < 500)
    return [{ status: statusCode, code: statusCode === 400 ? CODES.malformed : statusCode, message: `${message}.` }];
  if (statusCode === 503) return [{ status: 503, code: 503, message: 'The manager is stopping: try again in a moment.' }];
  return [{ status: 500, code: CODES.internal, message: `The manager failed to handle the request: look for request id ${requestId} in its log.` }];
}

/** Status, code and message of an error that Fastify or Nest made. */
function transportError(error: unknown): { code?: string; statusCode?: number; message: string } {
  if (error instanceof HttpException) return { statusCode: error.getStatus(), message: error.message, ...codeOf(error.cause) };
  if (error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number') {
    return { statusCode: error.statusCode, message: error.message, ...codeOf(error) };
  }
  return { message: '' };
}

function codeOf(error: unknown): { code?: string } {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? { code: error.code } : {};
}

import { CODES } from './error-codes.js';

/** One thing that is wrong with a request: what, where, and what to do about it. */
export interface Problem {
  /** HTTP status. */
  readonly status: 400 | 401 | 403 | 404 | 409 | 412 | 413 | 414 | 415 | 429 | 500 | 503;
  /** NSX-T's number for this kind of error, where one is known; see `error-codes.ts`. */
  readonly code: number;
  /** A full sentence: what is wrong and what to do. */
  readonly message: string;
  /** JSON path of the field in the object, such as `subnets[0].gateway_address`. */
  readonly field?: string;
  /** Policy path of the object. */
  readonly path?: string;
}

/** The one error family: everything a client did wrong, or cannot have now, is thrown as this. */
export class PolicyError extends Error {
  readonly problems: readonly [Problem, ...Problem[]];

  constructor(problem: Problem, ...more: Problem[]) {
    super(problem.message);
    this.name = 'PolicyError';
    this.problems = [problem, ...more];
  }

  get status(): Problem['status'] {
    return this.problems[0].status;
  }
}

/** A field that contradicts other fields or other intent. `text` goes on from the field's name: what is wrong and what to do. */
export function fieldProblem(field: string, text: string, code: number = CODES.conflict): Problem {
  return { status: 400, code, field, message: `Field ${field} ${text}` };
}

import type { CommandAnswer } from './session.pb.js';

/** What one node says to a question that several are asked. */
export interface NodeAnswer {
  /** Id of the node. */
  readonly node: string;
  /** Absent where the node could not be asked, or does nothing of what it was asked about. */
  readonly answer?: CommandAnswer['answer'];
  /** Why it could not be asked. */
  readonly error?: string;
}

/** Kinds of answers, and what is in them. */
type Answers = { readonly [K in NonNullable<CommandAnswer['answer']> as K['$case']]: K['value'] };

/** A node that does something of what it was asked about, or may and does not say. */
export type Said<T> = { readonly node: string } & ({ readonly value: T; readonly error?: undefined } | { readonly value?: undefined; readonly error: string });

/** What the nodes say that do something of what they were asked about, and which did not answer. */
export function saidBy<K extends keyof Answers>(kind: K, answers: readonly NodeAnswer[]): Said<Answers[K]>[] {
  return answers.flatMap(({ node, answer, error }): Said<Answers[K]>[] => {
    if (error !== undefined) return [{ node, error }];
    return answer?.$case === kind ? [{ node, value: answer.value as Answers[K] }] : [];
  });
}

import type { PolicyObject } from '../../src/model/policy-object.js';
import { PolicyError } from '../../src/model/problem.js';
import type { IntentTransaction, Reference, RequestContext } from '../../src/policy/ports.js';

/** A command for tests of the store alone: steps that are done one after the other. */
export type Step =
  | { readonly put: PolicyObject; readonly references?: readonly Reference[] }
  | { readonly delete: string }
  | { readonly secret: string; readonly field: string; readonly value?: string }
  | { readonly take: string; readonly owner: string; readonly low: bigint; readonly high: bigint; readonly wish?: bigint }
  | { readonly claim: string; readonly owner: string; readonly low: bigint; readonly high: bigint }
  | { readonly overlap: string; readonly owner: string; readonly low: bigint; readonly high: bigint }
  | { readonly release: string }
  | { readonly next: string }
  /** Calls a question of the transaction with arguments; its answer, as JSON, is answered as a description. */
  | { readonly ask: 'descendants' | 'referencesTo' | 'referencesInto' | 'children' | 'secretFields' | 'get'; readonly of: string }
  | { readonly refuse: string }
  | { readonly crash: string };

export interface StepsCommand {
  readonly context: RequestContext;
  readonly dryRun?: boolean;
  readonly steps: readonly Step[];
}

export const CONTEXT: RequestContext = {
  actor: { user: 'ada', principal: false, roles: ['enterprise_admin'] },
  requestId: 'request-1',
  source: '192.0.2.1',
  method: 'PATCH',
  uri: '/policy/api/v1/infra',
};

/** Answers the objects put, in order; a number taken is answered as the display name of a made-up object. */
export function applyCommand(transaction: IntentTransaction, { steps }: StepsCommand): (PolicyObject | undefined)[] {
  return steps.flatMap((step) => {
    if ('put' in step) {
      transaction.put(step.put, step.references ?? []);
      return [step.put];
    }
    if ('delete' in step) transaction.delete(step.delete);
    else if ('secret' in step) transaction.setSecret({ path: step.secret, field: step.field, value: step.value });
    else if ('take' in step) return [policyObject(`/taken/${transaction.take(step.take, step.owner, step.low, step.high, step.wish)}`)];
    else if ('claim' in step) transaction.claim(step.claim, step.owner, [{ family: 4, low: step.low, high: step.high }]);
    else if ('overlap' in step) {
      const { overlap, owner, low, high } = step;
      return [policyObject(`/overlap/${transaction.overlap(overlap, { family: 4, low, high }, owner)?.owner ?? 'nobody'}`)];
    } else if ('release' in step) transaction.release(step.release);
    else if ('ask' in step) return [policyObject('/answer', { description: JSON.stringify(transaction[step.ask](step.of) ?? null) })];
    else if ('next' in step) return [policyObject(`/next/${transaction.next(step.next)}`)];
    else if ('refuse' in step) throw new PolicyError({ status: 400, code: 500012, message: step.refuse, field: 'id' });
    else throw new Error(step.crash);
    return [];
  });
}

/** A whole object at a path, of type Segment unless said otherwise. */
export function policyObject(path: string, more: Partial<PolicyObject> & Record<string, unknown> = {}): PolicyObject {
  const segments = path.split('/');
  const id = segments.at(-1) as string;
  return {
    id,
    display_name: id,
    resource_type: 'Segment',
    path,
    relative_path: id,
    parent_path: segments.slice(0, -2).join('/'),
    unique_id: '00000000-0000-4000-8000-000000000000',
    realization_id: '00000000-0000-4000-8000-000000000000',
    marked_for_delete: false,
    overridden: false,
    _create_time: 1,
    _create_user: 'ada',
    _last_modified_time: 1,
    _last_modified_user: 'ada',
    _system_owned: false,
    _protection: 'NOT_PROTECTED',
    _revision: 0,
    ...more,
  };
}

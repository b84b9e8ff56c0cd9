import { Field } from '../field.js';
import type { FiguresView, WriteView } from '../hooks.js';
import { PolicyConfigResource, type PolicyObject } from '../policy-object.js';

/** What distributed and gateway firewall policies share: a numbered section of rules. */
export abstract class Policy extends PolicyConfigResource {
  /** Section of the firewall; each kind of policy has its own. */
  abstract category: string;

  @Field('integer', 'Order within the category: the lowest number is evaluated first.', { min: 0, default: 0 })
  sequence_number!: number;

  @Field('integer', 'Order among all policies, made of category and number.', { readOnly: true })
  internal_sequence_number?: number;

  @Field('string', "Where the policy is applied; everywhere where left out. A rule's own scope does not widen it.", {
    array: true,
    maxItems: 128,
    refs: { to: ['Group', 'Segment', 'SegmentPort', 'Tier0', 'Tier1', 'Tier0Interface', 'Tier1Interface'], also: ['ANY'] },
  })
  scope?: string[];

  @Field('boolean', 'Whether packets of a connection that was let through pass without being matched again.')
  stateful!: boolean;

  @Field('boolean', 'Whether a TCP connection must begin with its handshake to pass. On for stateful policies unless switched off.')
  tcp_strict!: boolean;

  @Field('string', 'When the policy applies; always where left out.', { refs: { to: ['PolicyFirewallScheduler'] } })
  scheduler_path?: string;

  @Field('string', 'Remarks about the lock.')
  comments?: string;

  @Field('boolean', 'Whether the policy is closed for changes.', { default: false })
  locked!: boolean;

  @Field('string', 'Who locked or unlocked the policy last.', { readOnly: true })
  lock_modified_by?: string;

  @Field('integer', 'When the policy was locked or unlocked last, in milliseconds since 1970.', { readOnly: true })
  lock_modified_time?: number;

  @Field('boolean', 'Whether the policy came with the system.', { readOnly: true })
  is_default!: boolean;

  @Field('integer', 'Number of rules in the policy.', { readOnly: true })
  rule_count?: number;
}

/** Width of a category in the order of all policies; sequence numbers beyond it count as the last. */
const CATEGORY_WIDTH = 10_000_000;

/**
 * Fills in what a client may leave to the system. Rules of frames keep no state; a stateful policy is strict about handshakes
 * unless told otherwise.
 * @param categories the sections in the order in which they are evaluated
 */
export function completePolicy(categories: readonly string[]) {
  return (draft: Policy & PolicyObject, view: WriteView, current?: Policy): void => {
    draft.stateful ??= draft.category !== 'Ethernet';
    draft.tcp_strict ??= draft.stateful;
    draft.is_default ??= false;
    draft.internal_sequence_number = (categories.indexOf(draft.category) + 1) * CATEGORY_WIDTH + Math.min(draft.sequence_number, CATEGORY_WIDTH - 1);
    if (draft.locked !== (current?.locked ?? false)) {
      draft.lock_modified_by = draft._last_modified_user;
      draft.lock_modified_time = view.now;
    }
  };
}

/** How many rules a policy has. */
export function countRules({ path }: PolicyObject, view: FiguresView): Pick<Policy, 'rule_count'> {
  return { rule_count: view.count(path, 'Rule') };
}

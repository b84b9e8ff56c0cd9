import { CODES } from '../model/error-codes.js';
import type { WriteView } from '../model/hooks.js';
import type { PolicyObject } from '../model/policy-object.js';
import { PolicyError } from '../model/problem.js';
import type { Registry } from '../model/registry.js';
import type { Move } from './command.js';

interface Sequenced extends PolicyObject {
  sequence_number?: number;
  category?: string;
}

/** Distance between neighbours after renumbering: leaves room for later insertions. */
const STEP = 10;

/**
 * Gives an object the sequence number that puts it where `action=revise` says among its siblings of the same category. Siblings
 * are renumbered only where no number is free between the two neighbours.
 * @throws PolicyError when the anchor is missing or is no sibling
 */
export function place(view: WriteView, registry: Registry, object: Sequenced, { operation, anchor }: Move): void {
  const family = registry.get(object.resource_type).family.name;
  const siblings = view
    .children<Sequenced>(object.parent_path, family)
    .filter(({ path, category }) => path !== object.path && category === object.category)
    .sort((a, b) => number(a) - number(b) || (a.path < b.path ? -1 : 1));
  const at = position(siblings, object, operation, anchor);
  const before = siblings[at - 1];
  const after = siblings[at];
  const low = before ? number(before) : -1;
  const high = after ? number(after) : low + 2 * STEP;
  if (high - low > 1) {
    object.sequence_number = Math.floor((low + high) / 2);
    return;
  }
  const order: Sequenced[] = [...siblings.slice(0, at), object, ...siblings.slice(at)];
  order.forEach((sibling, index) => {
    const sequence = (index + 1) * STEP;
    if (sibling === object) object.sequence_number = sequence;
    else if (sibling.sequence_number !== sequence) view.put(sibling.path, { ...sibling, sequence_number: sequence });
  });
}

function position(siblings: readonly Sequenced[], object: Sequenced, operation: Move['operation'], anchor: string | undefined): number {
  if (operation === 'insert_top') return 0;
  if (operation === 'insert_bottom') return siblings.length;
  const index = siblings.findIndex(({ path }) => path === anchor);
  if (index < 0) {
    const what = anchor === undefined ? 'anchor_path is missing' : `anchor_path ${anchor} is not one of its siblings`;
    throw new PolicyError({ status: 400, code: CODES.field, field: 'anchor_path', path: object.path, message: `${object.path} cannot be moved: ${what}.` });
  }
  return operation === 'insert_before' ? index : index + 1;
}

function number({ sequence_number: sequence = 0 }: Sequenced): number {
  return sequence;
}

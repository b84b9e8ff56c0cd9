import { parseBlock } from '../../shared/address.js';
import { Field } from '../field.js';
import { PolicyConfigResource } from '../policy-object.js';
import { fieldProblem, type Problem } from '../problem.js';
import { Resource } from '../resource.js';
import { Infra } from '../root/infra.resource.js';
import { Tier0 } from './tier0.resource.js';

class PrefixEntry {
  @Field('string', 'Network that routes are compared with, or ANY.', { required: true, format: 'ip-cidr-block-or-any' })
  network!: string;

  @Field('string', 'Whether a match counts as permitted.', { enum: ['PERMIT', 'DENY'], default: 'PERMIT' })
  action?: string;

  @Field('integer', 'Shortest prefix within the network that matches, in bits.', { min: 1, max: 128 })
  ge?: number;

  @Field('integer', 'Longest prefix within the network that matches, in bits.', { min: 1, max: 128 })
  le?: number;
}

/** Lengths must lie within the network and rise: routing engines refuse the whole list otherwise. */
function lengthProblems({ network, ge, le }: PrefixEntry, at: number): readonly Problem[] {
  const block = parseBlock(network);
  const least = block?.prefix ?? 0;
  const most = block?.family === 4 ? 32 : 128;
  const low = ge ?? least;
  const problems: Problem[] = [];
  if (low < least || low > most) problems.push(fieldProblem(`prefixes[${at}].ge`, `must be between ${least} and ${most} for ${network}.`));
  if (le !== undefined && (le < low || le > most)) problems.push(fieldProblem(`prefixes[${at}].le`, `must be between ${low} and ${most} here.`));
  return problems;
}

@Resource<PrefixList>({
  doc: 'Networks that route maps, filters and other parts of routing match; the first matching entry decides.',
  feature: 'networking',
  at: [
    { parent: Tier0, collection: 'prefix-lists' },
    { parent: Infra, collection: 'routing-config/prefix-lists' },
  ],
  hooks: { check: ({ prefixes }) => prefixes.flatMap(lengthProblems) },
})
export class PrefixList extends PolicyConfigResource {
  @Field(() => PrefixEntry, 'Entries in the order in which they are tried.', { array: true, required: true, minItems: 1 })
  prefixes!: PrefixEntry[];
}

import type { Figures } from '../agents/figures.js';
import { Field } from '../model/field.js';
import type { PolicyObject } from '../model/policy-object.js';
import type { Rule } from '../model/security/rule.resource.js';
import { ENFORCEMENT_POINT } from './enforcement-point.js';

/** What rules have met, summed over all nodes, as NSX-T shows it. */

class RuleStatistics {
  @Field('string', 'Policy path of the rule.', { required: true })
  rule!: string;

  @Field('string', 'Number by which logs name the rule.', { required: true })
  internal_rule_id!: string;

  @Field('integer', 'How often the rule decided: first packets of connections, and packets that belong to none or were kept out.', { required: true })
  hit_count!: number;

  @Field('integer', 'Packets that the rule was for, at the ports of senders and at those of receivers. Answers are not counted.', { required: true })
  packet_count!: number;

  @Field('integer', 'Bytes of those packets; absent where no engine counts them.')
  byte_count?: number;

  @Field('integer', 'Connections that the rule let begin; only of a rule that allows, in a policy that is stateful.')
  session_count?: number;
}

export class RuleStatisticsForEnforcementPoint {
  @Field('string', 'Path of the enforcement point.', { required: true })
  enforcement_point!: string;

  @Field(() => RuleStatistics, 'What the rule has met.', { required: true })
  statistics!: RuleStatistics;
}

class SecurityPolicyStatistics {
  @Field('string', 'Identifier of the realized policy.', { required: true })
  internal_section_id!: string;

  @Field('integer', 'Number of rules.', { required: true })
  result_count!: number;

  @Field(() => RuleStatistics, 'What each rule has met.', { required: true, array: true })
  results!: RuleStatistics[];
}

export class SecurityPolicyStatisticsForEnforcementPoint {
  @Field('string', 'Path of the enforcement point.', { required: true })
  enforcement_point!: string;

  @Field(() => SecurityPolicyStatistics, 'What the rules of the policy have met.', { required: true })
  statistics!: SecurityPolicyStatistics;
}

/** A policy as far as its statistics need it. */
export type CountedPolicy = PolicyObject & { readonly stateful?: boolean };
type CountedRule = PolicyObject & Pick<Rule, 'rule_id' | 'action'>;

/** Of a rule that nobody has counted anything of, nothing was met. */
export function ruleStatistics(rule: CountedRule, { stateful }: CountedPolicy, figures: Figures): RuleStatisticsForEnforcementPoint {
  return { enforcement_point: ENFORCEMENT_POINT, statistics: statisticsOf(rule, stateful !== false, byRule(figures)) };
}

export function policyStatistics(policy: CountedPolicy, rules: readonly CountedRule[], figures: Figures): SecurityPolicyStatisticsForEnforcementPoint {
  const counted = byRule(figures);
  const results = rules.map((rule) => statisticsOf(rule, policy.stateful !== false, counted));
  return {
    enforcement_point: ENFORCEMENT_POINT,
    statistics: { internal_section_id: policy.realization_id, result_count: results.length, results },
  };
}

type Counted = Figures['rules'][number];

function byRule({ rules }: Figures): ReadonlyMap<string, Counted> {
  return new Map(rules.map((one) => [one.rule, one]));
}

function statisticsOf({ path, rule_id, action }: CountedRule, stateful: boolean, counted: ReadonlyMap<string, Counted>): RuleStatistics {
  const { hits, packets, bytes } = counted.get(path) ?? { hits: 0, packets: 0, bytes: 0 };
  return {
    rule: path,
    internal_rule_id: String(rule_id),
    hit_count: hits,
    packet_count: packets,
    ...(bytes === undefined ? {} : { byte_count: bytes }),
    ...(stateful && action === 'ALLOW' ? { session_count: hits } : {}),
  };
}

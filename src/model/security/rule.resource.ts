import { CODES } from '../error-codes.js';
import { Field } from '../field.js';
import type { IntentView, WriteView } from '../hooks.js';
import { PolicyConfigResource } from '../policy-object.js';
import type { Problem } from '../problem.js';
import { Resource } from '../resource.js';
import { GatewayPolicy } from './gateway-policy.resource.js';
import { SecurityPolicy } from './security-policy.resource.js';
import { type AnyServiceEntry, SERVICE_ENTRIES } from './service-entries.js';

@Resource<Rule>({
  doc: 'One line of a firewall policy: which traffic, and what becomes of it.',
  feature: 'security',
  at: [
    { parent: SecurityPolicy, collection: 'rules' },
    { parent: GatewayPolicy, collection: 'rules' },
  ],
  inline: { field: 'rules', orderBy: 'sequence_number' },
  actions: ['revise'],
  hooks: { complete, check },
})
export class Rule extends PolicyConfigResource {
  // Required although a manager of the vendor fills it in: a rule whose action was forgotten must not let traffic through.
  @Field('string', 'What becomes of the traffic. `JUMP_TO_APPLICATION` skips to the section Application.', {
    required: true,
    enum: ['ALLOW', 'DROP', 'REJECT', 'JUMP_TO_APPLICATION'],
  })
  action!: string;

  @Field('integer', 'Order within the policy: the lowest number is evaluated first.', { min: 0, default: 0 })
  sequence_number!: number;

  @Field('string', 'Where the traffic comes from: groups, or addresses, blocks and ranges.', {
    array: true,
    maxItems: 128,
    default: ['ANY'],
    refs: { to: ['Group'], also: ['ANY', 'ADDRESS'] },
  })
  source_groups!: string[];

  @Field('boolean', 'Turns the sources around: all traffic that does not come from them.', { default: false })
  sources_excluded!: boolean;

  @Field('string', 'Where the traffic goes: groups, or addresses, blocks and ranges.', {
    array: true,
    maxItems: 128,
    default: ['ANY'],
    refs: { to: ['Group'], also: ['ANY', 'ADDRESS'] },
  })
  destination_groups!: string[];

  @Field('boolean', 'Turns the destinations around: all traffic that does not go to them.', { default: false })
  destinations_excluded!: boolean;

  @Field('string', 'Services that are matched, together with `service_entries`.', {
    array: true,
    maxItems: 128,
    default: ['ANY'],
    refs: { to: ['Service'], also: ['ANY'] },
  })
  services!: string[];

  @Field({ oneOf: () => SERVICE_ENTRIES }, 'Protocols and ports that are matched without a named service.', { array: true, maxItems: 128 })
  service_entries?: AnyServiceEntry[];

  @Field('string', 'Context profiles, and for gateways layer-7 access profiles: what the payload must be.', {
    array: true,
    maxItems: 128,
    default: ['ANY'],
    refs: { to: ['PolicyContextProfile', 'L7AccessProfile'], also: ['ANY'] },
  })
  profiles!: string[];

  @Field('string', 'Where the rule is enforced: groups for workloads; gateways or their interfaces for a gateway policy.', {
    array: true,
    maxItems: 128,
    default: ['ANY'],
    refs: { to: ['Group', 'Segment', 'SegmentPort', 'Tier0', 'Tier1', 'Tier0Interface', 'Tier1Interface'], also: ['ANY'] },
  })
  scope!: string[];

  @Field('string', 'Direction of the traffic as the workload or the gateway sees it.', { enum: ['IN', 'OUT', 'IN_OUT'], default: 'IN_OUT' })
  direction!: string;

  @Field('string', 'Version of IP that is matched; both where left out.', { enum: ['IPV4', 'IPV6', 'IPV4_IPV6'] })
  ip_protocol?: string;

  @Field('boolean', 'Whether the rule is skipped.', { default: false })
  disabled!: boolean;

  @Field('boolean', 'Whether matches are logged.', { default: false })
  logged!: boolean;

  @Field('string', 'Label that log lines of the rule carry.')
  tag?: string;

  @Field('string', 'Remarks about the rule.', { maxLength: 2048 })
  notes?: string;

  @Field('integer', 'Number of the rule, unique in the whole system and never reused; log lines carry it.', { readOnly: true })
  rule_id!: number;

  @Field('boolean', 'Whether the rule is the last one of a policy that came with the system.', { readOnly: true })
  is_default!: boolean;
}

function complete(draft: Rule, view: WriteView): void {
  draft.rule_id ??= view.next('rule');
  draft.is_default ??= false;
}

function check(rule: Rule, view: IntentView): readonly Problem[] {
  const problems: Problem[] = [];
  const bad = (field: string, message: string): number => problems.push({ status: 400, code: CODES.conflict, field, message });
  for (const field of ['source_groups', 'destination_groups', 'services', 'profiles', 'scope'] as const) {
    if (rule[field].length > 1 && rule[field].some(isAny)) bad(field, `Field ${field} has ANY beside other values: leave ANY alone, or take it out.`);
  }
  if (rule.sources_excluded && rule.source_groups.some(isAny)) bad('sources_excluded', 'Field sources_excluded needs source_groups: all but ANY is nothing.');
  if (rule.destinations_excluded && rule.destination_groups.some(isAny)) {
    bad('destinations_excluded', 'Field destinations_excluded needs destination_groups: all but ANY is nothing.');
  }
  const policy = view.get<SecurityPolicy | GatewayPolicy>(rule.parent_path);
  if (rule.action === 'JUMP_TO_APPLICATION' && policy?.category !== 'Environment') {
    bad('action', 'Field action may be JUMP_TO_APPLICATION only in a policy of the category Environment.');
  }
  if (policy?.resource_type === 'GatewayPolicy' && rule.scope.some(isAny) && !policy.scope) {
    bad('scope', 'Field scope must name the gateways or interfaces where the rule is enforced.');
  }
  return problems;
}

function isAny(value: string): boolean {
  return value.toUpperCase() === 'ANY';
}

import { Field } from '../field.js';
import { PolicyConfigResource, type PolicyObject } from '../policy-object.js';
import { fieldProblem, type Problem } from '../problem.js';
import { Resource } from '../resource.js';
import { PolicyNat } from './policy-nat.resource.js';

type Network = 'source_network' | 'destination_network' | 'translated_network';

/** Which networks an action cannot do without. Where a network is left out otherwise, any address matches. */
const NEEDS: Readonly<Record<string, readonly Network[]>> = {
  SNAT: ['translated_network'],
  DNAT: ['destination_network', 'translated_network'],
  REFLEXIVE: ['source_network', 'translated_network'],
  NO_SNAT: ['source_network'],
  NO_DNAT: ['destination_network'],
  NAT64: ['source_network', 'translated_network'],
};

function check(rule: PolicyNatRule & PolicyObject): readonly Problem[] {
  const problems = (NEEDS[rule.action] ?? [])
    .filter((network) => rule[network] === undefined)
    .map((network) => fieldProblem(network, `is needed by the action ${rule.action}: add it.`));
  if (rule.action.startsWith('NO_') && rule.translated_network !== undefined) {
    problems.push(fieldProblem('translated_network', `means nothing to the action ${rule.action}, which translates nothing: leave it out.`));
  }
  if ((rule.action === 'NAT64') !== rule.parent_path.endsWith('/NAT64')) {
    problems.push(fieldProblem('action', 'is in the wrong section: NAT64 rules belong in the section NAT64, all others elsewhere.'));
  }
  return problems;
}

@Resource<PolicyNatRule>({
  doc: 'Translates addresses, or keeps them from being translated, in traffic that crosses a gateway.',
  feature: 'networking',
  at: [{ parent: PolicyNat, collection: 'nat-rules' }],
  hooks: { check },
})
export class PolicyNatRule extends PolicyConfigResource {
  @Field('string', 'What is done to matching traffic.', { required: true, enum: ['SNAT', 'DNAT', 'REFLEXIVE', 'NO_SNAT', 'NO_DNAT', 'NAT64'] })
  action!: string;

  @Field('string', 'Where matching traffic comes from: addresses, blocks or ranges, separated by commas; from anywhere where it is left out.', {
    format: 'list-of-address-or-block-or-range',
  })
  source_network?: string;

  @Field('string', 'Where matching traffic goes to, written the same way.', { format: 'list-of-address-or-block-or-range' })
  destination_network?: string;

  @Field('string', 'What the address becomes, written the same way.', { format: 'list-of-address-or-block-or-range' })
  translated_network?: string;

  @Field('string', 'Policy path of the service that traffic must belong to; any where none is named.', { refs: { to: ['Service'] } })
  service?: string;

  @Field('string', 'Port or range that the destination port becomes.', { format: 'port-or-range' })
  translated_ports?: string;

  @Field('string', 'Policy paths of the interfaces that the rule is for; all that lead outside where none are named.', {
    array: true,
    refs: { to: ['Tier0Interface', 'Tier1Interface'] },
  })
  scope?: string[];

  @Field('integer', 'Place of the rule within its section: the lowest matching number decides.', { default: 0, min: 0, max: 2147481599 })
  sequence_number?: number;

  @Field('boolean', 'Whether the rule is in force.', { default: true })
  enabled?: boolean;

  @Field('boolean', 'Whether translations are logged.', { default: false })
  logging?: boolean;

  @Field('string', 'Which address the firewall of the gateway sees, or that it does not look at all.', {
    enum: ['MATCH_EXTERNAL_ADDRESS', 'MATCH_INTERNAL_ADDRESS', 'BYPASS'],
    default: 'MATCH_INTERNAL_ADDRESS',
  })
  firewall_match?: string;

  @Field('string', 'Whether a rule for incoming traffic is for what arrives through a policy-based VPN, or passes it over.', { enum: ['BYPASS', 'MATCH'] })
  policy_based_vpn_mode?: string;
}

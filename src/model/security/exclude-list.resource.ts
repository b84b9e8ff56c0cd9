import { Field } from '../field.js';
import { PolicyConfigResource } from '../policy-object.js';
import { Resource } from '../resource.js';
import { DfwFirewallConfiguration } from './dfw-firewall-configuration.resource.js';

@Resource({
  doc: 'Workloads that the distributed firewall leaves alone.',
  feature: 'security',
  at: [{ parent: DfwFirewallConfiguration, singleton: 'exclude-list' }],
  verbs: ['GET', 'PUT', 'PATCH'],
})
export class PolicyExcludeList extends PolicyConfigResource {
  @Field('string', 'Groups, segments and segment ports that are left alone.', {
    array: true,
    required: true,
    maxItems: 100,
    refs: { to: ['Group', 'Segment', 'SegmentPort'] },
  })
  members!: string[];
}

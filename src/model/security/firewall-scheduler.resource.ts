import { Field } from '../field.js';
import { PolicyConfigResource } from '../policy-object.js';
import { Resource } from '../resource.js';
import { Infra } from '../root/infra.resource.js';

class PolicyTimeIntervalValue {
  @Field('string', 'Begin of the interval, as hour and minute of the day such as `08:30`.', { required: true })
  start_interval!: string;

  @Field('string', 'End of the interval, as hour and minute of the day such as `17:00`.', { required: true })
  end_interval!: string;
}

@Resource({
  doc: 'A window of time in which firewall policies apply.',
  feature: 'security',
  at: [{ parent: Infra, collection: 'firewall-schedulers' }],
})
export class PolicyFirewallScheduler extends PolicyConfigResource {
  @Field('boolean', 'Whether the window comes again on the given days between the two dates.', { default: true })
  recurring!: boolean;

  @Field('string', 'First day, such as `02/21/2025`.', { required: true })
  start_date!: string;

  @Field('string', 'Last day, such as `12/31/2025`.', { required: true })
  end_date!: string;

  @Field('string', 'Time of the first day at which a window that does not recur begins, such as `08:30`.')
  start_time?: string;

  @Field('string', 'Time of the last day at which a window that does not recur ends, such as `17:00`.')
  end_time?: string;

  @Field('string', 'Days of the week of a recurring window.', {
    array: true,
    enum: ['SUNDAY', 'MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY', 'SATURDAY'],
  })
  days?: string[];

  @Field(() => PolicyTimeIntervalValue, 'Time of day of a recurring window.', { array: true, maxItems: 1 })
  time_interval?: PolicyTimeIntervalValue[];

  @Field('string', 'Whether times are of UTC or of the node that enforces the policy.', { required: true, enum: ['UTC', 'LOCAL'] })
  timezone!: string;
}

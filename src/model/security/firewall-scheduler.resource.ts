import { CODES } from '../error-codes.js';
import { Field } from '../field.js';
import { PolicyConfigResource } from '../policy-object.js';
import type { Problem } from '../problem.js';
import { Resource } from '../resource.js';
import { Infra } from '../root/infra.resource.js';

/** Hour and minute of the day. */
const TIME = { pattern: '^([01][0-9]|2[0-3]):[0-5][0-9]$' } as const;

/** Month, day and year, with slashes. */
const DATE = { pattern: '^(0[1-9]|1[0-2])/(0[1-9]|[12][0-9]|3[01])/[0-9]{4}$' } as const;

class PolicyTimeIntervalValue {
  @Field('string', 'Begin of the interval, such as `08:30`.', { required: true, ...TIME })
  start_interval!: string;

  @Field('string', 'End of the interval, such as `17:00`.', { required: true, ...TIME })
  end_interval!: string;
}

@Resource<PolicyFirewallScheduler>({
  doc: 'A window of time in which firewall policies apply.',
  feature: 'security',
  at: [{ parent: Infra, collection: 'firewall-schedulers' }],
  hooks: { check },
})
export class PolicyFirewallScheduler extends PolicyConfigResource {
  @Field('boolean', 'Whether the window comes again on the given days between the two dates.', { default: true })
  recurring!: boolean;

  @Field('string', 'First day, such as `02/21/2025`.', { required: true, ...DATE })
  start_date!: string;

  @Field('string', 'Last day, such as `12/31/2025`.', { required: true, ...DATE })
  end_date!: string;

  @Field('string', 'Time of the first day at which a window that does not recur begins, such as `08:30`.', TIME)
  start_time?: string;

  @Field('string', 'Time of the last day at which a window that does not recur ends, such as `17:00`.', TIME)
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

function check({ start_date: start, end_date: end, time_interval: intervals = [] }: PolicyFirewallScheduler): readonly Problem[] {
  const problems: Problem[] = [];
  const bad = (field: string, message: string): number => problems.push({ status: 400, code: CODES.field, field, message });
  if (sortable(end) < sortable(start)) bad('end_date', 'Field end_date must not be before start_date.');
  const [interval] = intervals;
  if (interval && interval.end_interval <= interval.start_interval) bad('time_interval[0]', 'Field time_interval[0] must end after it begins.');
  return problems;
}

/** `02/21/2025` becomes `20250221`. */
function sortable(date: string): string {
  const [month = '', day = '', year = ''] = date.split('/');
  return year + month + day;
}

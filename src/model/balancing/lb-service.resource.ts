import { CODES } from '../error-codes.js';
import { Field } from '../field.js';
import type { IntentView } from '../hooks.js';
import { PolicyConfigResource } from '../policy-object.js';
import type { Problem } from '../problem.js';
import { Resource } from '../resource.js';
import { Infra } from '../root/infra.resource.js';

@Resource<LBService>({
  doc: 'A load balancer: the virtual servers that name it run on the gateway it is attached to.',
  feature: 'balancing',
  at: [{ parent: Infra, collection: 'lb-services' }],
  hooks: { check },
})
export class LBService extends PolicyConfigResource {
  @Field('string', 'Gateway that the load balancer runs on, or group of workloads whose connections it balances where they begin; idle where left out.', {
    refs: { to: ['Tier1', 'Tier0', 'Group'] },
  })
  connectivity_path?: string;

  @Field('boolean', 'Whether the load balancer serves.', { default: true })
  enabled!: boolean;

  @Field('string', 'How much the load balancer is made for; `DLB`: it balances on every host instead of on an edge.', {
    enum: ['SMALL', 'MEDIUM', 'LARGE', 'XLARGE', 'DLB'],
    default: 'SMALL',
  })
  size!: string;

  @Field('string', 'Least weight of a message that is logged.', {
    enum: ['DEBUG', 'INFO', 'WARNING', 'ERROR', 'CRITICAL', 'ALERT', 'EMERGENCY'],
    default: 'INFO',
  })
  error_log_level!: string;

  @Field('boolean', "Earlier form of the virtual servers' own setting.", { deprecated: true })
  access_log_enabled?: boolean;

  @Field('boolean', 'Whether limits by size are only warned about.', { deprecated: true, default: false })
  relax_scale_validation!: boolean;
}

/** A gateway runs one load balancer. */
function check(service: LBService, view: IntentView): readonly Problem[] {
  const { connectivity_path: gateway, path } = service;
  const other = gateway === undefined ? undefined : view.referrers(gateway, 'LBService').find((one) => one.path !== path);
  if (!other) return [];
  const message = `${gateway} already runs ${other.path}: add virtual servers to that, or choose another gateway.`;
  return [{ status: 400, code: CODES.conflict, field: 'connectivity_path', message }];
}

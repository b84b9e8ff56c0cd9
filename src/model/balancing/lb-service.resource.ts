import { Field } from '../field.js';
import { PolicyConfigResource } from '../policy-object.js';
import { Resource } from '../resource.js';
import { Infra } from '../root/infra.resource.js';

@Resource({
  doc: 'A load balancer: the virtual servers that name it run on the gateway it is attached to.',
  feature: 'balancing',
  at: [{ parent: Infra, collection: 'lb-services' }],
})
export class LBService extends PolicyConfigResource {
  @Field('string', 'Gateway that the load balancer runs on; it is idle where left out.', { refs: { to: ['Tier1', 'Tier0'] } })
  connectivity_path?: string;

  @Field('boolean', 'Whether the load balancer serves.', { default: true })
  enabled!: boolean;

  @Field('string', 'How much the load balancer is made for.', { enum: ['SMALL', 'MEDIUM', 'LARGE', 'XLARGE', 'DLB'], default: 'SMALL' })
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

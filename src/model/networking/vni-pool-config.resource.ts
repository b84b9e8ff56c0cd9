import { Field } from '../field.js';
import { PolicyConfigResource } from '../policy-object.js';
import { fieldProblem } from '../problem.js';
import { Resource } from '../resource.js';
import { Infra } from '../root/infra.resource.js';

@Resource<VniPoolConfig>({
  doc: 'Tunnel keys that VRFs and EVPN tenants may use towards EVPN peers.',
  feature: 'networking',
  at: [{ parent: Infra, collection: 'vni-pools' }],
  hooks: {
    check: ({ start, end }) => (start <= end ? [] : [fieldProblem('end', `must not be below start, which is ${start}.`)]),
  },
})
export class VniPoolConfig extends PolicyConfigResource {
  @Field('integer', 'First key of the pool.', { required: true, min: 75001, max: 16777215 })
  start!: number;

  @Field('integer', 'Last key of the pool.', { required: true, min: 75001, max: 16777215 })
  end!: number;
}

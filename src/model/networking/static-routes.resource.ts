import { parseAddress, parseBlock } from '../../shared/address.js';
import { Field } from '../field.js';
import { PolicyConfigResource } from '../policy-object.js';
import { fieldProblem } from '../problem.js';
import { Resource } from '../resource.js';
import { Tier0 } from './tier0.resource.js';
import { Tier1 } from './tier1.resource.js';

class RouterNexthop {
  @Field('string', 'Address of the next router; without one, what matches is dropped or leaves through `scope`.', { format: 'ip' })
  ip_address?: string;

  @Field('integer', 'Preference of the way: the lowest distance wins, equal ones share the traffic.', { default: 1, min: 1, max: 255 })
  admin_distance?: number;

  @Field('string', 'Policy paths of the interfaces that lead to the next router.', {
    array: true,
    minItems: 1,
    refs: { to: ['Tier0Interface', 'Tier1Interface', 'Segment'] },
  })
  scope?: string[];
}

@Resource<StaticRoutes>({
  doc: 'A route that a gateway is told rather than learns.',
  feature: 'networking',
  at: [
    { parent: Tier0, collection: 'static-routes' },
    { parent: Tier1, collection: 'static-routes' },
  ],
  hooks: {
    check({ network, next_hops: hops }) {
      const family = parseBlock(network)?.family;
      return hops.flatMap(({ ip_address: address }, at) =>
        address === undefined || parseAddress(address)?.family === family
          ? []
          : [fieldProblem(`next_hops[${at}].ip_address`, `must be an IPv${family} address, as the network is IPv${family}.`)],
      );
    },
  },
})
export class StaticRoutes extends PolicyConfigResource {
  @Field('string', 'Network that the route leads to.', { required: true, format: 'ip-cidr-block' })
  network!: string;

  @Field(() => RouterNexthop, 'Ways to the network.', { array: true, required: true, minItems: 1 })
  next_hops!: RouterNexthop[];

  @Field('boolean', 'Whether the secondary site of a federation has the route too.', { default: false })
  enabled_on_secondary?: boolean;
}

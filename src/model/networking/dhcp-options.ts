import { Field } from '../field.js';

/** Options that a DHCP server hands out beside addresses. */

class ClasslessStaticRoute {
  @Field('string', 'Network that the route leads to.', { required: true, format: 'address-or-block-or-range' })
  network!: string;

  @Field('string', 'Address of the router.', { required: true, format: 'ip' })
  next_hop!: string;
}

class DhcpOption121 {
  @Field(() => ClasslessStaticRoute, 'Routes that clients install.', { array: true, required: true, minItems: 1, maxItems: 27 })
  static_routes!: ClasslessStaticRoute[];
}

class GenericDhcpOption {
  @Field('integer', 'Number of the option.', { required: true, min: 0, max: 255 })
  code!: number;

  @Field('string', 'Its values, in order.', { array: true, required: true, minItems: 1, maxItems: 10 })
  values!: string[];
}

export class DhcpV4Options {
  @Field(() => DhcpOption121, 'Static routes (option 121).')
  option121?: DhcpOption121;

  @Field(() => GenericDhcpOption, 'Any other options, by number.', { array: true, maxItems: 255 })
  others?: GenericDhcpOption[];
}

import { Field, type StructClass, Variant } from '../field.js';
import { PolicyConfigResource } from '../policy-object.js';

/**
 * How a group says who its members are. The expressions of a group alternate with conjunctions: expression, conjunction,
 * expression, and so on. Each carries the fields of a resource, because clients send back what they read.
 */
abstract class Expression extends PolicyConfigResource {}

@Variant('IPAddressExpression')
export class IPAddressExpression extends Expression {
  @Field('string', 'Members by address: single addresses, CIDR blocks or ranges.', {
    array: true,
    required: true,
    minItems: 1,
    maxItems: 4000,
    format: 'address-or-block-or-range',
  })
  ip_addresses!: string[];
}

@Variant('MACAddressExpression')
export class MACAddressExpression extends Expression {
  @Field('string', 'Members by MAC address.', { array: true, required: true, minItems: 1, maxItems: 4000, format: 'mac-address' })
  mac_addresses!: string[];
}

@Variant('PathExpression')
export class PathExpression extends Expression {
  @Field('string', 'Members by policy path: other groups, segments and segment ports.', {
    array: true,
    required: true,
    minItems: 1,
    refs: { to: ['Group', 'Segment', 'SegmentPort'] },
  })
  paths!: string[];
}

class ExcludedMembersList {
  @Field(() => IPAddressExpression, 'Addresses that are left out.')
  ip_address_expression?: IPAddressExpression;

  @Field(() => PathExpression, 'Objects that are left out.')
  path_expression?: PathExpression;
}

@Variant('Condition')
export class Condition extends Expression {
  @Field('string', 'Kind of object that the condition looks at.', {
    required: true,
    enum: [
      'IPSet',
      'VirtualMachine',
      'LogicalPort',
      'LogicalSwitch',
      'Segment',
      'SegmentPort',
      'Pod',
      'Service',
      'Namespace',
      'TransportNode',
      'Group',
      'DVPG',
      'DVPort',
      'IPAddress',
      'VpcSubnet',
      'KubernetesCluster',
      'KubernetesNamespace',
      'AntreaEgress',
      'AntreaIPPool',
      'KubernetesIngress',
      'KubernetesGateway',
      'KubernetesService',
      'KubernetesNode',
      'VpcSubnetPort',
    ],
  })
  member_type!: string;

  @Field('string', 'Property of the object that is compared.', {
    required: true,
    enum: ['Tag', 'Name', 'OSName', 'ComputerName', 'NodeType', 'GroupType', 'ALL', 'IPAddress', 'PodCidr'],
  })
  key!: string;

  @Field('string', 'How the property is compared with the value.', {
    required: true,
    enum: ['EQUALS', 'CONTAINS', 'STARTSWITH', 'ENDSWITH', 'NOTEQUALS', 'NOTIN', 'MATCHES', 'IN'],
  })
  operator!: string;

  @Field('string', 'What the property is compared with; for tags `scope|tag`, where either side may be empty.', { required: true })
  value!: string;

  @Field('string', 'How the scope of a tag is compared.', { enum: ['EQUALS', 'NOTEQUALS'] })
  scope_operator?: string;

  @Field(() => ExcludedMembersList, 'Objects that match and yet are no members.')
  exclude?: ExcludedMembersList;
}

@Variant('ConjunctionOperator')
export class ConjunctionOperator extends Expression {
  @Field('string', 'Whether members must satisfy both neighbours or either of them.', { required: true, enum: ['OR', 'AND'] })
  conjunction_operator!: string;
}

@Variant('ExternalIDExpression')
export class ExternalIDExpression extends Expression {
  @Field('string', 'Kind of object that the identifiers belong to.', {
    required: true,
    enum: ['VirtualMachine', 'VirtualNetworkInterface', 'CloudNativeServiceInstance', 'BareMetalServer', 'BareMetalServerInterface'],
  })
  member_type!: string;

  @Field('string', 'Members by the identifier that their platform gave them.', { array: true, required: true, minItems: 1 })
  external_ids!: string[];
}

class IdentityGroupInfo {
  @Field('string', 'Distinguished name of the directory group.', { required: true })
  distinguished_name!: string;

  @Field('string', 'Base distinguished name of the directory that holds the group.', { required: true })
  domain_base_distinguished_name!: string;

  @Field('string', 'Security identifier of the directory group.')
  sid?: string;
}

@Variant('IdentityGroupExpression')
export class IdentityGroupExpression extends Expression {
  @Field(() => IdentityGroupInfo, 'Directory groups whose users are members wherever they are logged in.', {
    array: true,
    required: true,
    minItems: 1,
    maxItems: 500,
  })
  identity_groups!: IdentityGroupInfo[];
}

@Variant('GeoLocationExpression')
export class GeoLocationExpression extends Expression {}

@Variant('NestedExpression')
export class NestedExpression extends Expression {
  @Field({ oneOf: () => NESTABLE }, 'Conditions in brackets: expressions that alternate with conjunctions.', { array: true, required: true, minItems: 1 })
  expressions!: GroupExpression[];
}

export type GroupExpression =
  | Condition
  | ConjunctionOperator
  | NestedExpression
  | IPAddressExpression
  | MACAddressExpression
  | ExternalIDExpression
  | PathExpression
  | IdentityGroupExpression
  | GeoLocationExpression;

/** Every kind of expression. */
export const EXPRESSIONS: readonly StructClass[] = [
  Condition,
  ConjunctionOperator,
  NestedExpression,
  IPAddressExpression,
  MACAddressExpression,
  ExternalIDExpression,
  PathExpression,
  IdentityGroupExpression,
  GeoLocationExpression,
];

/** Brackets do not nest. */
const NESTABLE: readonly StructClass[] = EXPRESSIONS.filter((struct) => struct !== NestedExpression);

/** Every policy path that expressions name, also as an exclusion: membership depends on what is there. */
export function pathsOf(expressions: readonly GroupExpression[] = []): string[] {
  return expressions.flatMap((expression) => {
    if ('paths' in expression) return expression.paths;
    if ('expressions' in expression) return pathsOf(expression.expressions);
    return 'exclude' in expression ? (expression.exclude?.path_expression?.paths ?? []) : [];
  });
}

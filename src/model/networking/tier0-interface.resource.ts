import { Field } from '../field.js';
import { fieldProblem } from '../problem.js';
import { Resource } from '../resource.js';
import { addressProblems, connectInterface, GatewayInterface } from './gateway-interface.js';
import { LocaleServices } from './locale-services.resource.js';
import { Tier0 } from './tier0.resource.js';

class Tier0InterfacePimConfig {
  @Field('boolean', 'Whether multicast is routed through the interface.', {
    default: false,
    unrealized: 'Gateways route no multicast. It stays within its segment.',
  })
  enabled?: boolean;

  @Field('integer', 'How often neighbours are greeted, in seconds.', { default: 30, min: 1, max: 180 })
  hello_interval?: number;

  @Field('integer', 'How long a neighbour counts as there after its last greeting, in seconds.', { min: 1, max: 630 })
  hold_interval?: number;
}

class PolicyInterfaceOspfConfig {
  @Field('boolean', 'Whether OSPF runs on the interface.', {
    default: false,
    unrealized: 'OSPF does not run. Use BGP or static routes towards the physical network.',
  })
  enabled?: boolean;

  @Field('string', 'Policy path of the area that the interface belongs to.', { required: true, refs: { to: ['OspfAreaConfig'] } })
  ospf_area!: string;

  @Field('string', 'Whether several routers share the network or one is at the other end.', { enum: ['BROADCAST', 'P2P'], default: 'BROADCAST' })
  network_type?: string;

  @Field('integer', 'How often neighbours are greeted, in seconds.', { default: 10, min: 1, max: 21845 })
  hello_interval?: number;

  @Field('integer', 'How long a neighbour counts as there after its last greeting, in seconds; three greetings at least.', {
    default: 40,
    min: 3,
    max: 65535,
  })
  dead_interval?: number;

  @Field('boolean', 'Whether BFD watches the neighbours.')
  enable_bfd?: boolean;

  @Field('string', 'Policy path of the BFD profile for these neighbours.', { refs: { to: ['BfdProfile'] } })
  bfd_path?: string;
}

@Resource<Tier0Interface>({
  doc: 'An interface of a tier-0: an uplink on an edge, a service interface or a loopback.',
  feature: 'networking',
  at: [{ parent: LocaleServices, collection: 'interfaces', within: Tier0 }],
  hooks: {
    written: connectInterface,
    check: (one, view) => [
      ...addressProblems(one, view),
      ...(one.type === 'LOOPBACK' || one.segment_path !== undefined || one.ls_id !== undefined
        ? []
        : [fieldProblem('segment_path', 'is needed by every interface but a loopback: name the segment that it attaches to.')]),
    ],
  },
})
export class Tier0Interface extends GatewayInterface {
  @Field('string', 'What the interface is for.', { enum: ['EXTERNAL', 'SERVICE', 'LOOPBACK', 'INTERVRF'], default: 'EXTERNAL' })
  type?: string;

  @Field('string', 'Policy path of the segment that the interface attaches to; a loopback has none.', { refs: { to: ['Segment'] } })
  segment_path?: string;

  @Field('string', 'Policy path of the edge that holds the interface.', { refs: { to: ['PolicyEdgeNode'] } })
  edge_path?: string;

  @Field('integer', 'VLAN of a VRF on the uplink of the tier-0 that carries it.', { min: 0, max: 4094 })
  access_vlan_id?: number;

  @Field('string', 'Policy path of the networks that the interface answers ARP requests for.', {
    array: true,
    minItems: 0,
    maxItems: 1,
    refs: { to: ['PrefixList'] },
  })
  proxy_arp_filters?: string[];

  @Field(() => Tier0InterfacePimConfig, 'Multicast on the interface.')
  multicast?: Tier0InterfacePimConfig;

  @Field('string', 'Multicast groups that the interface itself joins.', { array: true, format: 'ipv4' })
  igmp_local_join_groups?: string[];

  @Field(() => PolicyInterfaceOspfConfig, 'OSPF on the interface.')
  ospf?: PolicyInterfaceOspfConfig;

  @Field('integer', 'Number of the edge within its cluster; `edge_path` replaces it.', { deprecated: true, min: 0 })
  edge_cluster_member_index?: number;

  @Field('string', 'Logical switch that the interface attaches to; `segment_path` replaces it.', { deprecated: true })
  ls_id?: string;
}

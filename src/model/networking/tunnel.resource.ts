import { Field } from '../field.js';
import { PolicyConfigResource } from '../policy-object.js';
import { Resource } from '../resource.js';
import { InterfaceSubnet } from './connectivity.js';
import { LocaleServices } from './locale-services.resource.js';
import { Tier0 } from './tier0.resource.js';

class TunnelAddress {
  @Field('string', 'Policy path of the edge that the tunnel starts on.', { refs: { to: ['PolicyEdgeNode'] } })
  edge_path?: string;

  @Field('string', 'Address of the edge outside the tunnel.', { format: 'ipv4' })
  source_address?: string;

  @Field(() => InterfaceSubnet, 'Addresses of the edge inside the tunnel.', { array: true })
  tunnel_interface_subnet?: InterfaceSubnet[];
}

@Resource({
  doc: 'A tunnel from edges of a tier-0 to a router outside.',
  unrealized: {
    reason: 'Tunnels to routers outside are not made. Reach the router through an uplink interface instead.',
    where: ({ enabled }: Tunnel) => enabled !== false,
  },
  feature: 'networking',
  abstract: true,
  at: [{ parent: LocaleServices, collection: 'tunnels', within: Tier0 }],
})
export abstract class Tunnel extends PolicyConfigResource {
  @Field('boolean', 'Whether the tunnel is up.')
  enabled?: boolean;

  @Field('integer', 'Largest packet that goes into the tunnel, in bytes.', { min: 64, max: 65535 })
  mtu?: number;

  @Field(() => TunnelAddress, 'Where the tunnel starts, by edge.', { array: true })
  tunnel_address?: TunnelAddress[];
}

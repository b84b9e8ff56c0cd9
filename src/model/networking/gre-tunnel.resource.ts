import { Field } from '../field.js';
import { Resource } from '../resource.js';
import { Tunnel } from './tunnel.resource.js';

class TunnelKeepAlive {
  @Field('boolean', 'Whether the edge checks that the other end is there.')
  enabled?: boolean;

  @Field('integer', 'Time between two checks, in seconds.', { min: 0 })
  keepalive_interval?: number;

  @Field('integer', 'How many checks may go unanswered.', { min: 0 })
  dead_time_multiplier?: number;

  @Field('boolean', 'Whether checks of the other end are answered.')
  enable_keepalive_ack?: boolean;
}

@Resource({ doc: 'A tunnel that carries packets in GRE.' })
export class GreTunnel extends Tunnel {
  @Field('string', 'Address of the router at the other end.', { format: 'ipv4' })
  destination_address?: string;

  @Field(() => TunnelKeepAlive, 'How either end finds out that the other is gone.')
  tunnel_keepalive?: TunnelKeepAlive;
}

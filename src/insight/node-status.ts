import type { NodeTunnels } from '../agents/node-tunnels.js';
import type { NodeFacts } from '../agents/realization-host.js';
import { Field } from '../model/field.js';

/** How transport nodes and the tunnels between them are, as NSX-T shows it. */

const STATES = ['UP', 'DOWN', 'DEGRADED', 'UNKNOWN'] as const;
type State = (typeof STATES)[number];

class StatusCount {
  @Field('string', 'All of them together.', { required: true, enum: STATES })
  status!: State;

  @Field('integer', 'Those that work.', { required: true })
  up_count!: number;

  @Field('integer', 'Those that do not.', { required: true })
  down_count!: number;
}

class NodeStatus {
  @Field('string', 'Whether the agent of the node is connected.', { required: true, enum: STATES })
  lcp_connectivity_status!: State;

  @Field('string', 'The same: an agent has one connection.', { required: true, enum: STATES })
  mpa_connectivity_status!: State;

  @Field('string', 'Version of the agent; only while it is connected.')
  software_version?: string;

  @Field('integer', 'When the agent was heard last, in milliseconds since 1970; only while it is connected.')
  last_heartbeat_timestamp?: number;
}

export class TransportNodeStatus {
  @Field('string', 'Identifier of the node.', { required: true })
  node_uuid!: string;

  @Field('string', 'Name of the node.', { required: true })
  node_display_name!: string;

  @Field('string', 'Policy path of the node.', { required: true })
  node_path!: string;

  @Field('string', 'DEGRADED: some tunnels do not work. UNKNOWN: the node is not connected; it may forward all the same.', { required: true, enum: STATES })
  status!: State;

  @Field('string', 'What is wrong.')
  status_description?: string;

  @Field('string', 'Whether the agent of the node is connected.', { required: true, enum: ['UP', 'DOWN'] })
  mgmt_connection_status!: string;

  @Field(() => StatusCount, 'The connection of the agent.', { required: true })
  control_connection_status!: StatusCount;

  @Field(() => StatusCount, 'Tunnels to other nodes; absent where nothing is known of them.')
  tunnel_status?: StatusCount;

  @Field(() => NodeStatus, 'The node itself.', { required: true })
  node_status!: NodeStatus;
}

class TunnelProperties {
  @Field('string', 'Name, unique on the node.', { required: true })
  name!: string;

  @Field('string', 'Whether the tunnel works; UNKNOWN while the node is not connected.', { required: true, enum: ['UP', 'DOWN', 'UNKNOWN'] })
  status!: string;

  @Field('string', 'How packets are carried.', { required: true, enum: ['GENEVE'] })
  encap!: string;

  @Field('string', 'Address at which the tunnel ends on the node; absent before the node has said so.')
  local_ip?: string;

  @Field('string', 'Address of the other end.')
  remote_ip?: string;

  @Field('string', 'Identifier of the node at the other end.', { required: true })
  remote_node_id!: string;

  @Field('string', 'Name of the node at the other end.')
  remote_node_display_name?: string;

  @Field('integer', 'When the node last reported, in milliseconds since 1970.')
  last_updated_time?: number;
}

export class TunnelList {
  @Field(() => TunnelProperties, 'Tunnels of the node.', { required: true, array: true })
  tunnels!: TunnelProperties[];

  @Field('integer', 'How many there are in all pages together.', { required: true })
  result_count!: number;

  @Field('string', 'Where the next page starts; absent on the last.')
  cursor?: string;
}

export function transportNodeStatus({ nodeId, path, displayName, session, health }: NodeFacts): TransportNodeStatus {
  const connection = session ? 'UP' : 'DOWN';
  const tunnels = session && health ? tunnelCount(health.tunnelsUp, health.tunnelsDown.length) : undefined;
  const wrong = session ? [health?.detail, ...(health?.tunnelsDown ?? []).map(({ detail }) => detail)].filter((text) => text).join('; ') : '';
  return {
    node_uuid: nodeId,
    node_display_name: displayName,
    node_path: path,
    status: !session || !health ? 'UNKNOWN' : !health.healthy ? 'DOWN' : health.tunnelsDown.length > 0 ? 'DEGRADED' : 'UP',
    ...(wrong === '' ? {} : { status_description: wrong }),
    mgmt_connection_status: connection,
    control_connection_status: { status: connection, up_count: session ? 1 : 0, down_count: session ? 0 : 1 },
    ...(tunnels ? { tunnel_status: tunnels } : {}),
    node_status: {
      lcp_connectivity_status: connection,
      mpa_connectivity_status: connection,
      ...(session ? { software_version: session.softwareVersion, last_heartbeat_timestamp: session.lastHeard } : {}),
    },
  };
}

function tunnelCount(up: number, down: number): StatusCount {
  return { status: down === 0 ? 'UP' : up === 0 ? 'DOWN' : 'DEGRADED', up_count: up, down_count: down };
}

/** @param nodes all, for their names */
export function tunnelsOf({ session, health, healthAt }: NodeFacts, { local, peers }: NodeTunnels, nodes: readonly NodeFacts[]): TunnelProperties[] {
  const names = new Map(nodes.map(({ nodeId, displayName }) => [nodeId, displayName]));
  const down = new Set(health?.tunnelsDown.map(({ endpoint }) => endpoint));
  return peers.map(({ node, addresses: [remote] }) => {
    const name = names.get(node);
    return {
      name: `geneve-${node}`,
      status: !session || !health ? 'UNKNOWN' : down.has(node) ? 'DOWN' : 'UP',
      encap: 'GENEVE',
      ...(local[0] === undefined ? {} : { local_ip: local[0] }),
      ...(remote === undefined ? {} : { remote_ip: remote }),
      remote_node_id: node,
      ...(name === undefined ? {} : { remote_node_display_name: name }),
      ...(healthAt === undefined ? {} : { last_updated_time: healthAt }),
    };
  });
}

import { Field } from '../model/field.js';

/** The manager as clients of NSX-T ask for it: a cluster of one. */

export class NodeVersion {
  @Field('string', 'Version and build, six numbers.', { required: true })
  node_version!: string;

  @Field('string', 'NSX-T version by which clients choose what they use.', { required: true })
  product_version!: string;
}

export class NodeProperties extends NodeVersion {
  @Field('string', 'Kind of the node.', { required: true })
  node_type!: string;

  @Field('string', 'Identifier of the installation.', { required: true })
  node_uuid!: string;

  @Field('string', 'Name of the machine that the manager runs on.', { required: true })
  hostname!: string;

  @Field('string', 'Name of that machine in DNS.', { required: true })
  fully_qualified_domain_name!: string;

  @Field('string', 'Version of the kernel of that machine.', { required: true })
  kernel_version!: string;

  @Field('string', 'Whether features are held back because of export rules: none are.', { required: true })
  export_type!: string;

  @Field('integer', 'Time of the manager, in milliseconds since 1970.', { required: true })
  system_time!: number;

  @Field('string', 'Time zone of the manager.', { required: true })
  timezone!: string;
}

class ClusterNode {
  @Field('string', 'Identifier of the node.', { required: true })
  node_uuid!: string;

  @Field('string', 'Name of the node in DNS.', { required: true })
  fqdn!: string;

  @Field('string', 'Whether the node belongs to the cluster.', { required: true })
  status!: string;
}

export class ClusterConfig {
  @Field('string', 'Identifier of the cluster.', { required: true })
  cluster_id!: string;

  @Field(() => ClusterNode, 'Nodes of the cluster.', { required: true, array: true })
  nodes!: ClusterNode[];
}

class ManagementNode {
  @Field('string', 'Identifier of the node.', { required: true })
  uuid!: string;
}

const STATES = ['STABLE', 'DEGRADED'];

class ManagementClusterStatus {
  @Field('string', 'Whether every part of the manager works.', { required: true, enum: STATES })
  status!: string;

  @Field(() => ManagementNode, 'Nodes that work.', { required: true, array: true })
  online_nodes!: ManagementNode[];

  @Field(() => ManagementNode, 'Nodes that do not.', { required: true, array: true })
  offline_nodes!: ManagementNode[];
}

class ControlClusterStatus {
  @Field('string', 'Whether intent reaches the nodes.', { required: true, enum: STATES })
  status!: string;
}

class DetailedClusterStatus {
  @Field('string', 'Identifier of the cluster.', { required: true })
  cluster_id!: string;

  @Field('string', 'Whether every part works.', { required: true, enum: STATES })
  overall_status!: string;

  @Field('object', 'Groups of services; a manager has none.', { required: true, array: true })
  groups!: object[];
}

export class ClusterStatus {
  @Field('string', 'Identifier of the cluster.', { required: true })
  cluster_id!: string;

  @Field(() => ManagementClusterStatus, 'The API and the store.', { required: true })
  mgmt_cluster_status!: ManagementClusterStatus;

  @Field(() => ControlClusterStatus, 'What realizes intent.', { required: true })
  control_cluster_status!: ControlClusterStatus;

  @Field(() => DetailedClusterStatus, 'Everything together.', { required: true })
  detailed_cluster_status!: DetailedClusterStatus;
}

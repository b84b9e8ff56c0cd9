import { Field } from '../field.js';
import { PolicyConfigResource } from '../policy-object.js';
import { Resource } from '../resource.js';
import { EnforcementPoint } from './enforcement-point.resource.js';

@Resource<PolicyEdgeCluster>({
  doc: 'Edge nodes that stand in for one another: gateways run their service parts on a cluster.',
  feature: 'fabric',
  at: [{ parent: EnforcementPoint, collection: 'edge-clusters' }],
  hooks: {
    complete(cluster) {
      cluster.nsx_id = cluster.unique_id;
      cluster.member_node_type = 'EDGE_NODE';
    },
  },
})
export class PolicyEdgeCluster extends PolicyConfigResource {
  @Field('string', 'Identifier that older clients know the cluster by.', { readOnly: true })
  nsx_id?: string;

  @Field('string', 'Kind of its members.', { readOnly: true, enum: ['EDGE_NODE', 'PUBLIC_CLOUD_GATEWAY_NODE', 'UNKNOWN'] })
  member_node_type?: string;

  @Field('boolean', 'Whether the members forward between the sites of a federation.', { readOnly: true })
  inter_site_forwarding_enabled?: boolean;

  @Field('string', 'Addresses of the members that tunnels from other sites end at.', { array: true, readOnly: true, format: 'ip' })
  rtep_ips?: string[];
}

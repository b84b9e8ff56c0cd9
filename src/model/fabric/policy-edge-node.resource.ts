import { allocateLowest } from '../allocate.js';
import { Field } from '../field.js';
import { PolicyConfigResource } from '../policy-object.js';
import { Resource } from '../resource.js';
import { edgeMembers } from '../spaces.js';
import { PolicyEdgeCluster } from './policy-edge-cluster.resource.js';

@Resource<PolicyEdgeNode>({
  doc: 'A member of an edge cluster: a transport node that joins the network to the world outside.',
  feature: 'fabric',
  at: [{ parent: PolicyEdgeCluster, collection: 'edge-nodes' }],
  hooks: {
    complete(node, view) {
      node.nsx_id = node.unique_id;
      node.member_index = Number(allocateLowest(view, edgeMembers(node.parent_path), node.path));
    },
  },
})
export class PolicyEdgeNode extends PolicyConfigResource {
  @Field('integer', 'Number of the node within the cluster, from 0; it stays while the node is a member.', { readOnly: true })
  member_index?: number;

  @Field('string', 'Identifier that agents and older clients know the node by.', { readOnly: true })
  nsx_id?: string;
}

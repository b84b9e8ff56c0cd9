import { Field } from '../field.js';
import { PolicyConfigResource } from '../policy-object.js';
import { Resource } from '../resource.js';
import { Infra } from '../root/infra.resource.js';

@Resource({
  doc: 'Hands questions that workloads ask at 169.254.169.254 to a metadata server outside.',
  unrealized: { reason: 'No node answers for the metadata server. Let workloads reach it through their gateway, or use a virtual server in front of it.' },
  feature: 'networking',
  at: [{ parent: Infra, collection: 'metadata-proxies' }],
})
export class MetadataProxyConfig extends PolicyConfigResource {
  @Field('string', 'URL of the metadata server.', { required: true, pattern: '^https?://[^\\s]+$' })
  server_address!: string;

  @Field('string', 'Secret that requests are signed with, so that the server knows who asks.', { required: true, secret: true })
  secret!: string;

  @Field('string', 'Policy path of the edge cluster that the proxy runs on.', { required: true, refs: { to: ['PolicyEdgeCluster'] } })
  edge_cluster_path!: string;

  @Field('string', 'Policy paths of the edges that the proxy runs on: the active one, then the standby.', {
    array: true,
    maxItems: 2,
    refs: { to: ['PolicyEdgeNode'] },
  })
  preferred_edge_paths?: string[];

  @Field('boolean', 'Whether another edge takes the place of a standby that failed.', { default: false })
  enable_standby_relocation?: boolean;

  @Field('string', 'Releases of TLS that the proxy speaks with the server.', { array: true, enum: ['TLS_V1', 'TLS_V1_1', 'TLS_V1_2'] })
  crypto_protocols?: string[];

  @Field('string', 'Policy paths of certificates that the server may show.', { array: true, refs: { to: ['TlsCertificate'] } })
  server_certificates?: string[];
}

import { isDeepStrictEqual } from 'node:util';
import { Field } from '../field.js';
import { PolicyConfigResource } from '../policy-object.js';
import { Resource } from '../resource.js';
import { Infra } from '../root/infra.resource.js';
import { renewLeases } from './dhcp-leases.js';
import { rangeTerms } from './dhcp-ranges.js';

/** Where a server is that nobody gave an address. */
const DEFAULT_ADDRESS = '100.96.0.1/30';

@Resource<DhcpServerConfig>({
  doc: 'A DHCP server that gateways and segments can use.',
  feature: 'networking',
  at: [{ parent: Infra, collection: 'dhcp-server-configs' }],
  hooks: {
    complete(config) {
      config.server_addresses ??= [config.server_address ?? DEFAULT_ADDRESS];
    },
    written(config, view, before) {
      if (isDeepStrictEqual(before?.server_addresses, config.server_addresses)) return;
      for (const segment of view.referrers(config.path, 'Segment')) if (rangeTerms(segment)) renewLeases(segment, view);
    },
  },
})
export class DhcpServerConfig extends PolicyConfigResource {
  @Field('string', 'Addresses of the server, one an address family, with their prefix; 100.96.0.1/30 where none is said.', {
    array: true,
    maxItems: 2,
    format: 'ip-cidr-block',
  })
  server_addresses?: string[];

  @Field('integer', 'How long a client keeps an address, in seconds; the subnets of a segment say it today.', {
    deprecated: true,
    default: 86400,
    min: 60,
    max: 4294967295,
  })
  lease_time?: number;

  @Field('string', 'Policy path of the edge cluster that the server runs on.', { refs: { to: ['PolicyEdgeCluster'] } })
  edge_cluster_path?: string;

  @Field('string', 'Policy paths of the edges that the server runs on: the active one, then the standby.', {
    array: true,
    maxItems: 2,
    refs: { to: ['PolicyEdgeNode'] },
  })
  preferred_edge_paths?: string[];

  @Field('boolean', 'Whether another edge takes the place of a standby that failed.', { default: false })
  enable_standby_relocation?: boolean;

  @Field('string', 'Address of the server; `server_addresses` replaces it.', { deprecated: true, format: 'ip-cidr-block' })
  server_address?: string;
}

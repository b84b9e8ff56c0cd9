import type { Said } from '../agents/node-answer.js';
import type { ForwarderCounters } from '../agents/session.pb.js';
import { Field } from '../model/field.js';
import type { PolicyDnsForwarder } from '../model/networking/policy-dns-forwarder.resource.js';
import type { PolicyDnsForwarderZone } from '../model/networking/policy-dns-forwarder-zone.resource.js';
import type { RealizedState } from '../realization/contract.js';
import { ENFORCEMENT_POINT } from './enforcement-point.js';

/** How DNS forwarders do, as NSX-T shows it. */

const STATES = ['UP', 'DOWN', 'ERROR', 'UNKNOWN'] as const;

export class NsxTDNSForwarderStatus {
  @Field('string', 'Name of the type.', { required: true, enum: ['NsxTDNSForwarderStatus'] })
  resource_type!: string;

  @Field('string', 'Path of the enforcement point.', { required: true })
  enforcement_point_path!: string;

  @Field('string', 'UP: it runs on an edge. ERROR: an edge refused it. UNKNOWN: no edge that may run it answers.', { required: true, enum: STATES })
  status!: (typeof STATES)[number];

  @Field('string', 'Why it is not up.')
  extra_message?: string;

  @Field('integer', 'When the edges were asked, in milliseconds since 1970.', { required: true })
  timestamp!: number;
}

class NsxTUpstreamServerStatistics {
  @Field('string', 'Address of the server.', { required: true, format: 'ip' })
  upstream_server!: string;

  @Field('integer', 'Questions that it refused; absent where it is asked for several zones, whose questions are not told apart.')
  queries_failed?: number;
}

class NsxTDNSForwarderZoneStatistics {
  @Field('string', 'Domains of the zone; none of the default zone.', { array: true })
  domain_names?: string[];

  @Field(() => NsxTUpstreamServerStatistics, 'Its servers.', { required: true, array: true })
  upstream_statistics!: NsxTUpstreamServerStatistics[];
}

export class NsxTDNSForwarderStatistics {
  @Field('string', 'Name of the type.', { required: true, enum: ['NsxTDNSForwarderStatistics'] })
  resource_type!: string;

  @Field('string', 'Path of the enforcement point.', { required: true })
  enforcement_point_path!: string;

  @Field('integer', 'When the edges were asked, in milliseconds since 1970.', { required: true })
  timestamp!: number;

  @Field('integer', 'Questions since it was started, all together; absent where no edge tells, as the counters below.')
  total_queries?: number;

  @Field('integer', 'Questions that were handed on.')
  queries_forwarded?: number;

  @Field('integer', 'Questions that were answered from what is remembered.')
  queries_answered_locally?: number;

  @Field('integer', 'How much may be remembered, in KiB; absent where the intent does not say.')
  configured_cache_size?: number;

  @Field(() => NsxTDNSForwarderZoneStatistics, 'The zone for all domains that no other zone has.')
  default_forwarder_statistics?: NsxTDNSForwarderZoneStatistics;

  @Field(() => NsxTDNSForwarderZoneStatistics, 'Zones for domains of their own.', { required: true, array: true })
  conditional_forwarder_statistics!: NsxTDNSForwarderZoneStatistics[];
}

export class AggregateDNSForwarderStatus {
  @Field('string', 'Policy path of the forwarder.', { required: true })
  intent_path!: string;

  @Field(() => NsxTDNSForwarderStatus, 'One for each enforcement point, of which there is one.', { required: true, array: true })
  status_per_enforcement_point!: NsxTDNSForwarderStatus[];
}

export class AggregateDNSForwarderStatistics {
  @Field('string', 'Policy path of the forwarder.', { required: true })
  intent_path!: string;

  @Field(() => NsxTDNSForwarderStatistics, 'One for each enforcement point, of which there is one.', { required: true, array: true })
  statistics_per_enforcement_point!: NsxTDNSForwarderStatistics[];
}

/** What edges said of a forwarder, and when they were asked, in milliseconds since 1970. */
export interface AskedForwarder {
  readonly at: number;
  readonly said: readonly Said<ForwarderCounters>[];
}

export function forwarderStatus(
  { enabled }: Pick<PolicyDnsForwarder, 'enabled'>,
  realized: Pick<RealizedState, 'state' | 'alarms'> | undefined,
  { at, said }: AskedForwarder,
): NsxTDNSForwarderStatus {
  const state = (status: NsxTDNSForwarderStatus['status'], message?: string): NsxTDNSForwarderStatus => ({
    resource_type: 'NsxTDNSForwarderStatus',
    enforcement_point_path: ENFORCEMENT_POINT,
    status,
    ...(message === undefined ? {} : { extra_message: message }),
    timestamp: at,
  });
  if (enabled === false) return state('DOWN', 'It is switched off.');
  if (realized?.state === 'ERROR') return state('ERROR', realized.alarms[0]?.reason);
  if (said.some(({ value }) => value?.running)) return state('UP');
  if (said.some(({ value }) => value)) return state('DOWN', 'It does not run on the edges that it is for.');
  return state('UNKNOWN', said.flatMap(({ node, error }) => `node ${node} does not answer: ${error}`).join('; ') || 'No edge runs it.');
}

/**
 * @param zones its zones that there are: the default zone, and those for domains of their own
 * @param cache how much it may remember, in KiB
 */
export function forwarderStatistics(
  zones: { readonly everything: PolicyDnsForwarderZone | undefined; readonly conditional: readonly PolicyDnsForwarderZone[] },
  cache: number | undefined,
  { at, said }: AskedForwarder,
): NsxTDNSForwarderStatistics {
  const { everything, conditional } = zones;
  const told = said.flatMap(({ value }) => value ?? []);
  const forwarded = sum(told.map((one) => one.forwarded));
  const local = sum(told.map((one) => one.answeredLocally));
  const all = [...(everything ? [everything] : []), ...conditional].flatMap((zone) => zone.upstream_servers);
  const zoneOf = ({ upstream_servers: servers }: PolicyDnsForwarderZone): Pick<NsxTDNSForwarderZoneStatistics, 'upstream_statistics'> => ({
    upstream_statistics: servers.map((address) => {
      const alone = all.filter((one) => one === address).length === 1;
      const failed = alone ? sum(told.flatMap((one) => one.servers.filter((server) => server.address === address).map((server) => server.failed))) : undefined;
      return { upstream_server: address, ...(failed === undefined ? {} : { queries_failed: failed }) };
    }),
  });
  return {
    resource_type: 'NsxTDNSForwarderStatistics',
    enforcement_point_path: ENFORCEMENT_POINT,
    timestamp: at,
    ...(forwarded === undefined || local === undefined
      ? {}
      : { total_queries: forwarded + local, queries_forwarded: forwarded, queries_answered_locally: local }),
    ...(cache === undefined ? {} : { configured_cache_size: cache }),
    ...(everything ? { default_forwarder_statistics: zoneOf(everything) } : {}),
    conditional_forwarder_statistics: conditional.map((zone) => ({ domain_names: [...(zone.dns_domain_names ?? [])], ...zoneOf(zone) })),
  };
}

/** Undefined where nobody counts. */
function sum(values: readonly (number | undefined)[]): number | undefined {
  const counted = values.flatMap((value) => value ?? []);
  return counted.length === 0 ? undefined : counted.reduce((total, one) => total + one, 0);
}

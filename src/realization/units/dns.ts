import type { PolicyDnsForwarder } from '../../model/networking/policy-dns-forwarder.resource.js';
import type { PolicyDnsForwarderZone } from '../../model/networking/policy-dns-forwarder-zone.resource.js';
import type { IntentReads } from '../intent.js';
import { bundles, NOTHING, type Output } from '../output.js';
import { type DnsForwarder_Zone, ResourceKind } from '../resources.pb.js';
import { alarm } from './alarm.js';
import { gatewayAbove } from './interfaces.js';
import type { Reads } from './reads.js';

const DEFAULT_CACHE_KILOBYTES = 1024;

/** A forwarder becomes a name server on the service parts of its gateway. */
export function dnsForwarderUnit(reads: Reads, path: string): Output {
  const forwarder = reads.intent.object<PolicyDnsForwarder>(path);
  const gateway = forwarder && reads.gateway(gatewayAbove(path));
  if (!forwarder || !gateway || forwarder.enabled === false) return NOTHING;
  if (!gateway.clustered) {
    return {
      ...NOTHING,
      problems: [alarm('EDGE_CLUSTER_MISSING', `${gateway.path} has no edge cluster, which the forwarder needs. Name one in its locale services.`)],
    };
  }
  const zones = [
    ...zoneOf(reads.intent, forwarder.default_forwarder_zone_path, true),
    ...(forwarder.conditional_forwarder_zone_paths ?? []).flatMap((zone) => zoneOf(reads.intent, zone, false)),
  ];
  const value = {
    listener: forwarder.listener_ip,
    cacheKilobytes: forwarder.cache_size ?? DEFAULT_CACHE_KILOBYTES,
    zones,
    logQueries: forwarder.log_level === 'DEBUG' || forwarder.log_level === 'INFO',
  };
  return {
    ...NOTHING,
    contributions: gateway.service.map(({ router, index }) => ({
      kind: ResourceKind.DNS_FORWARDER,
      key: `${path}@${index}`,
      bundle: bundles.service(router),
      body: { $case: 'dnsForwarder', value: { ...value, router } },
      also: [forwarder.default_forwarder_zone_path, ...(forwarder.conditional_forwarder_zone_paths ?? [])],
    })),
  };
}

/** The default zone has everything that no other has, whatever domains it lists. */
function zoneOf(intent: IntentReads, path: string, isDefault: boolean): DnsForwarder_Zone[] {
  const zone = intent.object<PolicyDnsForwarderZone>(path);
  if (!zone) return [];
  return [{ domains: isDefault ? [] : [...(zone.dns_domain_names ?? [])], servers: [...zone.upstream_servers], source: zone.source_ip ?? '' }];
}

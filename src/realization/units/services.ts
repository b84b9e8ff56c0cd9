import type { Service } from '../../model/security/service.resource.js';
import type { AnyServiceEntry } from '../../model/security/service-entries.js';
import type { IntentReads } from '../intent.js';
import type { ServiceMatch } from '../resources.pb.js';

const PROTOCOLS: Readonly<Record<string, number>> = { ICMPv4: 1, IGMP: 2, TCP: 6, UDP: 17, ICMPv6: 58 };

/** Follows the control connection over TCP, or over UDP. */
const HELPER_PROTOCOLS: Readonly<Record<string, number>> = {
  SUN_RPC_UDP: 17,
  MS_RPC_UDP: 17,
  NBNS_BROADCAST: 17,
  NBDG_BROADCAST: 17,
  TFTP: 17,
};

const ANY_TRAFFIC: ServiceMatch = {
  protocol: 0,
  sourcePorts: [],
  destinationPorts: [],
  etherType: 0,
  helper: '',
  family: 0,
  icmpType: undefined,
  icmpCode: undefined,
};

/**
 * What services and entries match together, each match once and in an order that does not depend on how they were written.
 * `undefined`: anything. An empty list matches nothing: all services that were named are gone or empty.
 */
export function serviceMatches(
  intent: IntentReads,
  services: readonly string[] | undefined,
  entries: readonly AnyServiceEntry[] | undefined,
): ServiceMatch[] | undefined {
  const named = (services ?? []).filter((path) => path !== 'ANY');
  if (named.length === 0 && !entries?.length) return undefined;
  const found = new Map<string, ServiceMatch>();
  const seen = new Set<string>();
  const add = (list: readonly AnyServiceEntry[]) => {
    for (const entry of list) {
      if (entry.resource_type === 'NestedServiceServiceEntry') follow((entry as { nested_service_path: string }).nested_service_path);
      else {
        const match = matchOf(entry);
        found.set(JSON.stringify(match), match);
      }
    }
  };
  const follow = (path: string) => {
    if (seen.has(path)) return;
    seen.add(path);
    add(intent.object<Service>(path)?.service_entries ?? []);
  };
  for (const path of named) follow(path);
  add(entries ?? []);
  return [...found.keys()].sort().map((key) => found.get(key) ?? ANY_TRAFFIC);
}

interface EntryFields {
  readonly l4_protocol?: string;
  readonly protocol?: string;
  readonly protocol_number?: number;
  readonly destination_ports?: string[];
  readonly source_ports?: string[];
  readonly icmp_type?: number;
  readonly icmp_code?: number;
  readonly alg?: string;
  readonly ether_type?: number;
}

function matchOf(entry: AnyServiceEntry): ServiceMatch {
  const fields = entry as unknown as EntryFields;
  const ports = { sourcePorts: [...(fields.source_ports ?? [])], destinationPorts: [...(fields.destination_ports ?? [])] };
  switch (entry.resource_type) {
    case 'L4PortSetServiceEntry':
      return { ...ANY_TRAFFIC, ...ports, protocol: PROTOCOLS[fields.l4_protocol ?? ''] ?? 0 };
    case 'ICMPTypeServiceEntry':
      return {
        ...ANY_TRAFFIC,
        protocol: PROTOCOLS[fields.protocol ?? ''] ?? 0,
        family: fields.protocol === 'ICMPv6' ? 6 : 4,
        icmpType: fields.icmp_type,
        icmpCode: fields.icmp_code,
      };
    case 'IGMPTypeServiceEntry':
      return { ...ANY_TRAFFIC, protocol: PROTOCOLS.IGMP ?? 0 };
    case 'ALGTypeServiceEntry':
      return { ...ANY_TRAFFIC, ...ports, protocol: HELPER_PROTOCOLS[fields.alg ?? ''] ?? 6, helper: fields.alg ?? '' };
    case 'EtherTypeServiceEntry':
      return { ...ANY_TRAFFIC, etherType: fields.ether_type ?? 0 };
    default:
      return { ...ANY_TRAFFIC, protocol: fields.protocol_number ?? 0 };
  }
}

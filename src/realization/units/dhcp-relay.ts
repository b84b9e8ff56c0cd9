import type { DhcpRelayConfig } from '../../model/networking/dhcp-relay-config.resource.js';
import type { Segment } from '../../model/networking/segment.resource.js';
import { formatAddress, parseAddress } from '../../shared/address.js';
import { bundles, type Output } from '../output.js';
import { type DhcpRelay_Subnet, ResourceKind } from '../resources.pb.js';
import { alarm } from './alarm.js';
import { subnetsOf } from './dhcp.js';
import type { GatewayFacts } from './gateway-facts.js';
import { outsideZone } from './interfaces.js';
import { LINK_PORTS, linkMac } from './links.js';
import type { Reads } from './reads.js';
import type { SegmentFacts } from './segment-facts.js';

type RelayOutput = Required<Pick<Output, 'contributions' | 'links' | 'problems' | 'idle'>>;

const NO_RELAY: RelayOutput = { contributions: [], links: [], problems: [], idle: [] };

/**
 * The relay of a segment, on the edges of the nearest service parts above it. Each of several that forward at once relays: a server is
 * asked by each of them, and whichever gets its answer hands it on.
 */
export function dhcpRelay(reads: Reads, segment: Segment, facts: SegmentFacts): RelayOutput {
  const config = reads.intent.object<DhcpRelayConfig>(facts.relay);
  const subnets = config ? relayedSubnets(segment, config) : [];
  if (!config || subnets.length === 0) return NO_RELAY;
  const gateway = facts.gateway === undefined ? undefined : reads.gateway(facts.gateway);
  if (!gateway || segment.advanced_config?.connectivity === 'OFF')
    return {
      ...NO_RELAY,
      idle: [alarm('NOT_SUPPORTED', `Requests on ${segment.path} reach no server of ${config.path}: no gateway routes for it. Connect it to one.`)],
    };
  const above = withEdges(reads, gateway);
  if (!above) {
    const reason = `${gateway.path} has no edge cluster, nor has a tier-0 above it; ${config.path} relays from an edge. Name one in the locale services of either.`;
    return { ...NO_RELAY, problems: [alarm('EDGE_CLUSTER_MISSING', reason)] };
  }
  const problem = above.service.map((part) => outsideZone(reads, part, facts)).find((one) => one !== undefined);
  if (problem) return { ...NO_RELAY, problems: [problem] };
  const bundle = bundles.segment(segment.path);
  return {
    ...NO_RELAY,
    contributions: above.service.map(({ router, index }) => ({
      kind: ResourceKind.DHCP_RELAY,
      key: `${segment.path}#relay-${index}`,
      bundle,
      body: {
        $case: 'dhcpRelay',
        value: {
          router,
          logicalSwitch: segment.path,
          switchTunnelKey: LINK_PORTS.relay(index),
          mac: linkMac.relay(facts.tunnelKey, index),
          subnets,
        },
      },
      also: [config.path],
    })),
    // The edges want the segment; whoever has it wants to know where its relay is.
    links: above.service.flatMap(({ router }) => [[bundles.service(router), facts.entry] as const, [bundle, bundles.router(router)] as const]),
  };
}

/** The gateway itself, or the tier-0 above it, whichever has edges first. */
function withEdges(reads: Reads, gateway: GatewayFacts): GatewayFacts | undefined {
  if (gateway.clustered) return gateway;
  const above = gateway.uplink && reads.gateway(gateway.uplink.tier0);
  return above?.clustered ? above : undefined;
}

function relayedSubnets(segment: Segment, { server_addresses: addresses }: DhcpRelayConfig): DhcpRelay_Subnet[] {
  return subnetsOf(segment).flatMap(({ block }) => {
    const servers = addresses.filter((address) => parseAddress(address)?.family === block.family);
    return servers.length === 0 ? [] : [{ gateway: formatAddress(block.family, block.address), servers }];
  });
}

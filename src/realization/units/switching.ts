import type { Segment } from '../../model/networking/segment.resource.js';
import type { SegmentPort } from '../../model/networking/segment-port.resource.js';
import type { PolicyObject } from '../../model/policy-object.js';
import { portKeys } from '../../model/spaces.js';
import { type Alarm, DHCP_ADDRESSES } from '../contract.js';
import { bundles, NOTHING, type Output } from '../output.js';
import { ResourceKind, TunnelEndpoint_Encapsulation, type VlanRange } from '../resources.pb.js';
import { alarm } from './alarm.js';
import { dhcpKeyOf, dhcpOptions, dhcpWithoutServer } from './dhcp.js';
import { dhcpRelay } from './dhcp-relay.js';
import { gatewayPort } from './interfaces.js';
import { type AddressesOfPort, factsOf, portAddresses } from './port-addresses.js';
import type { Reads } from './reads.js';
import { addressCheckOf } from './segment-facts.js';
import { belongsTo, zoneOf } from './zones.js';

/** A segment becomes a logical switch. It is on a node once a port of it, or of its gateway's other segments, is there. */
export function segmentUnit(reads: Reads, path: string): Output {
  const segment = reads.intent.object<Segment>(path);
  if (!segment) return NOTHING;
  const facts = reads.segment(path);
  if (!facts) return { ...NOTHING, problems: [whyNoSegment(reads, segment)] };
  const body = {
    $case: 'logicalSwitch' as const,
    value: {
      name: segment.display_name ?? segment.id,
      tunnelKey: facts.tunnelKey,
      transportZone: facts.zone,
      vlans: facts.overlay ? [] : (segment.vlan_ids ?? []).map(vlanRange),
      adminUp: segment.admin_state !== 'DOWN',
      transit: false,
      multicastSnooping: segment.advanced_config?.multicast ?? false,
    },
  };
  const bundle = bundles.segment(path);
  const port = gatewayPort(reads, segment, facts);
  const relay = dhcpRelay(reads, segment, facts);
  const noKey = alarm('ALLOCATION_MISSING', `${path} has no key on ${facts.gateway}: all are taken. Disconnect segments that are no longer used.`);
  return {
    ...NOTHING,
    contributions: [
      { kind: ResourceKind.LOGICAL_SWITCH, key: path, bundle, body },
      ...dhcpOptions(reads, segment, facts.tunnelKey, facts.dhcp),
      ...(typeof port === 'object' ? [port] : []),
      ...relay.contributions,
    ],
    links: [...(facts.entry === bundle ? [] : [[facts.entry, bundle] as const]), ...relay.links],
    problems: [...(port === 'KEY_MISSING' ? [noKey] : []), ...relay.problems],
    idle: [...dhcpWithoutServer(segment, facts), ...relay.idle],
  };
}

/** A segment port becomes a switch port of the node that reports its interface; other nodes of its network see it as a remote one. */
export function segmentPortUnit(reads: Reads, path: string): Output {
  const port = reads.intent.object<SegmentPort>(path);
  if (!port) return NOTHING;
  const known = portAddresses(reads, port);
  return { ...switchPort(reads, port, known), port: factsOf(port, reads.place(path)?.interface, known), idle: known.lacks };
}

function switchPort(reads: Reads, port: SegmentPort & PolicyObject, { addresses, given }: AddressesOfPort): Output {
  const { path } = port;
  const attachmentId = port.attachment?.id;
  if (!attachmentId) return NOTHING;
  const holder = reads.portAt(attachmentId);
  if (holder !== path)
    return { ...NOTHING, problems: [alarm('ATTACHMENT_CLAIMED_TWICE', `${holder} has the interface ${attachmentId} already. Detach one of the two ports.`)] };
  const place = reads.place(path);
  const segment = reads.segment(port.parent_path);
  if (!place) return NOTHING;
  if (!segment) return { ...NOTHING, problems: [alarm('REFERENCE_MISSING', `${port.parent_path} is not realized; see its alarms.`)] };
  const node = reads.node(place.node);
  if (!belongsTo(reads.intent, node?.fabricPath, segment.zone)) {
    const reason = `The node ${place.node} reports the interface ${attachmentId}, but does not belong to ${segment.zone}. Add the node to the zone, or move the workload.`;
    return { ...NOTHING, problems: [alarm('OUTSIDE_TRANSPORT_ZONE', reason, place.node)] };
  }
  const tunnelKey = reads.intent.number(portKeys(segment.path).space, path);
  if (tunnelKey === undefined)
    return { ...NOTHING, problems: [alarm('ALLOCATION_MISSING', `${path} has no key on its segment: all are taken. Delete ports of the segment.`)] };
  const bundle = bundles.segment(segment.path);
  const ips = addresses.flatMap((address) => address.ips);
  const parent = port.attachment?.type === 'CHILD' ? parentPort(reads, port.attachment.context_id) : undefined;
  return {
    ...NOTHING,
    contributions: [
      {
        kind: ResourceKind.SWITCH_PORT,
        key: path,
        bundle,
        body: {
          $case: 'switchPort',
          value: {
            logicalSwitch: segment.path,
            tunnelKey,
            attachmentId,
            addresses,
            adminUp: port.admin_state !== 'DOWN',
            node: place.node,
            addressCheck: addressCheckOf(reads.intent, path, 'PortSecurityProfileBindingMap') ?? segment.addressCheck,
            parent: parent ?? '',
            trafficTag: parent === undefined ? 0 : (port.attachment?.traffic_tag ?? 0),
            dhcpV4: dhcpKeyOf(segment.dhcp, 4, ips),
            dhcpV6: dhcpKeyOf(segment.dhcp, 6, ips),
          },
        },
      },
    ],
    links: [[bundle, bundles.tunnel(place.node)]],
    wants: [[place.node, segment.entry]],
    home: place.node,
    problems: place.rivals.map((rival) =>
      alarm('ATTACHMENT_CLAIMED_TWICE', `The node ${rival} reports the interface ${attachmentId} too; ${place.node} reported it first and keeps it.`, rival),
    ),
    attributes: [{ key: 'TransportNode', values: [place.node] }, ...(given.length > 0 ? [{ key: DHCP_ADDRESSES, values: given }] : [])],
  };
}

/** A fabric node becomes the tunnel endpoint that its peers send to. */
export function fabricNodeUnit(reads: Reads, path: string): Output {
  const object = reads.intent.object(path);
  const node = reads.nodeAt(path);
  if (!object || !node) return NOTHING;
  const endpoint = { addresses: node.tunnelAddresses, encapsulation: TunnelEndpoint_Encapsulation.GENEVE, edge: isEdge(object) };
  return {
    ...NOTHING,
    contributions: [
      { kind: ResourceKind.TUNNEL_ENDPOINT, key: node.node, bundle: bundles.tunnel(node.node), body: { $case: 'tunnelEndpoint', value: endpoint } },
    ],
  };
}

/** `100` or `100-199`. */
export function vlanRange(text: string): VlanRange {
  const [low = 0, high = low] = text.split('-').map(Number);
  return { low, high };
}

function whyNoSegment(reads: Reads, segment: Segment): Alarm {
  if (!zoneOf(reads.intent, segment.transport_zone_path)) {
    return alarm(
      'TRANSPORT_ZONE_MISSING',
      `${segment.transport_zone_path ?? 'A default overlay transport zone'} does not exist. Create it, or name another zone.`,
    );
  }
  return alarm('ALLOCATION_MISSING', `${segment.path} has no tunnel key: all are taken. Delete segments that are no longer used.`);
}

function parentPort(reads: Reads, context: string | undefined): string | undefined {
  if (!context) return undefined;
  return context.startsWith('/') ? context : reads.portAt(context);
}

function isEdge({ resource_type: type }: PolicyObject): boolean {
  return type === 'PolicyEdgeNode' || type === 'PolicyEdgeTransportNode';
}

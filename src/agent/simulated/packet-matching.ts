import type { Packet } from '../../agents/session.pb.js';
import type { ServiceMatch } from '../../realization/resources.pb.js';
import { parseAddress } from '../../shared/address.js';

export const ICMP = 1;
export const TCP = 6;
export const UDP = 17;
export const ICMPV6 = 58;

export function familyOf(packet: Packet): 4 | 6 | undefined {
  return parseAddress(packet.destinationAddress)?.family;
}

/** Whether a packet is of one of the services; an empty list is any. */
export function matchesServices(services: readonly ServiceMatch[], packet: Packet): boolean {
  return services.length === 0 || services.some((service) => matchesService(service, packet));
}

function matchesService(service: ServiceMatch, packet: Packet): boolean {
  const family = familyOf(packet);
  if (service.family !== 0 && service.family !== family) return false;
  if (service.etherType !== 0 && service.etherType !== (family === 6 ? 0x86dd : 0x0800)) return false;
  if (service.protocol !== 0 && service.protocol !== packet.protocol) return false;
  if (!inPorts(service.sourcePorts, packet.sourcePort) || !inPorts(service.destinationPorts, packet.destinationPort)) return false;
  if (service.icmpType !== undefined && service.icmpType !== packet.icmpType) return false;
  return service.icmpCode === undefined || service.icmpCode === packet.icmpCode;
}

/** Whether a port is one of some ports and ranges (`443`, `8000-8080`); an empty list is any. */
export function inPorts(ports: readonly string[], port: number): boolean {
  return ports.length === 0 || ports.some((text) => inPortRange(text, port));
}

function inPortRange(text: string, port: number): boolean {
  const [low = '', high = low] = text.split('-');
  return port >= Number(low) && port <= Number(high);
}

export function isMulticast({ destinationMac }: Packet): boolean {
  return (Number.parseInt(destinationMac.slice(0, 2), 16) & 1) === 1;
}

import { parseAddress, parseBlock, parseRange } from '../shared/address.js';
import type { Format } from './field.js';

const LABEL = '[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?';
const HOSTNAME = new RegExp(`^(?=.{1,255}$)${LABEL}(?:\\.${LABEL})*\\.?$`);
const MAC = /^[0-9A-Fa-f]{2}(?:[:-][0-9A-Fa-f]{2}){5}$/;

/** `low` or `low-high`, both between 0 and `max`, low first. */
function numberOrRange(max: number): (text: string) => boolean {
  return (text) => {
    const [, low, high] = /^(\d{1,5})(?:\s*-\s*(\d{1,5}))?$/.exec(text) ?? [];
    return low !== undefined && Number(low) <= max && (high === undefined || (Number(high) <= max && Number(low) <= Number(high)));
  };
}

const isHostname = (text: string): boolean => HOSTNAME.test(text) && !/^[\d.]+$/.test(text);

/** What each string format accepts, and how an error message names it. */
export const FORMATS: Readonly<Record<Format, { readonly accepts: (text: string) => boolean; readonly says: string }>> = {
  ip: { accepts: (text) => parseAddress(text) !== undefined, says: 'an IPv4 or IPv6 address' },
  ipv4: { accepts: (text) => parseAddress(text)?.family === 4, says: 'an IPv4 address' },
  ipv6: { accepts: (text) => parseAddress(text)?.family === 6, says: 'an IPv6 address' },
  'ip-cidr-block': { accepts: (text) => parseBlock(text) !== undefined, says: 'a block in CIDR notation, such as 10.0.0.0/24' },
  'ipv4-cidr-block': { accepts: (text) => parseBlock(text)?.family === 4, says: 'an IPv4 block in CIDR notation, such as 10.0.0.0/24' },
  'ipv6-cidr-block': { accepts: (text) => parseBlock(text)?.family === 6, says: 'an IPv6 block in CIDR notation, such as 2001:db8::/64' },
  'address-or-block-or-range': { accepts: (text) => parseRange(text) !== undefined, says: 'an address, a CIDR block, or a range such as 10.0.0.1-10.0.0.9' },
  'hostname-or-ip': { accepts: (text) => parseAddress(text) !== undefined || isHostname(text), says: 'a host name or an address' },
  hostname: { accepts: isHostname, says: 'a host name' },
  'mac-address': { accepts: (text) => MAC.test(text), says: 'a MAC address, such as 02:00:00:00:00:01' },
  'port-or-range': { accepts: numberOrRange(65535), says: 'a port of 0 to 65535, or a range such as 8000-8080' },
  'vlan-or-range': { accepts: numberOrRange(4094), says: 'a VLAN of 0 to 4094, or a range such as 100-199' },
  'policy-path': { accepts: (text) => /^\/[^/]+(?:\/[^/]+)*$/.test(text), says: 'a policy path, such as /infra/segments/web' },
};

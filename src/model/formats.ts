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

/** AS numbers have 4 bytes, written as one number or as two of 2 bytes each. */
function isAutonomousSystem(text: string): boolean {
  const [, high, low] = /^(\d{1,10})(?:\.(\d{1,5}))?$/.exec(text) ?? [];
  if (high === undefined) return false;
  return low === undefined ? Number(high) >= 1 && Number(high) <= 0xffffffff : Number(high) <= 0xffff && Number(low) <= 0xffff;
}

/** Two parts of 2 bytes each, three of 4 bytes each, or one of the names that every router knows. */
function isCommunity(text: string): boolean {
  if (/^(?:NO_EXPORT|NO_ADVERTISE|NO_EXPORT_SUBCONFED)$/.test(text)) return true;
  if (!/^\d{1,10}(?::\d{1,10}){1,2}$/.test(text)) return false;
  const parts = text.split(':').map(Number);
  return parts.every((part) => part <= (parts.length === 2 ? 0xffff : 0xffffffff));
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
  'list-of-address-or-block-or-range': {
    accepts: (text) => text.split(',').every((part) => parseRange(part.trim()) !== undefined),
    says: 'addresses, CIDR blocks or ranges, separated by commas',
  },
  'ip-cidr-block-or-any': {
    accepts: (text) => text.toUpperCase() === 'ANY' || parseBlock(text) !== undefined,
    says: 'a block in CIDR notation, such as 10.0.0.0/24, or ANY',
  },
  'autonomous-system': { accepts: isAutonomousSystem, says: 'an AS number, such as 65001 or 1.10' },
  'bgp-community': { accepts: isCommunity, says: 'a BGP community, such as 65001:100, 65001:1:2 or NO_EXPORT' },
  'hostname-or-ip': { accepts: (text) => parseAddress(text) !== undefined || isHostname(text), says: 'a host name or an address' },
  hostname: { accepts: isHostname, says: 'a host name' },
  'mac-address': { accepts: (text) => MAC.test(text), says: 'a MAC address, such as 02:00:00:00:00:01' },
  'port-or-range': { accepts: numberOrRange(65535), says: 'a port of 0 to 65535, or a range such as 8000-8080' },
  'vlan-or-range': { accepts: numberOrRange(4094), says: 'a VLAN of 0 to 4094, or a range such as 100-199' },
  'policy-path': { accepts: (text) => /^\/[^/]+(?:\/[^/]+)*$/.test(text), says: 'a policy path, such as /infra/segments/web' },
};

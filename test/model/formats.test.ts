import { describe, expect, it } from 'vitest';
import type { Format } from '../../src/model/field.js';
import { FORMATS } from '../../src/model/formats.js';

const EXAMPLES: Readonly<Record<Format, { readonly good: readonly string[]; readonly bad: readonly string[] }>> = {
  ip: { good: ['10.0.0.1', '2001:db8::1'], bad: ['10.0.0', '10.0.0.256', '010.0.0.1', 'fe80::1%eth0', '10.0.0.1/24', ''] },
  ipv4: { good: ['0.0.0.0', '255.255.255.255'], bad: ['::1', '::ffff:10.0.0.1'] },
  ipv6: { good: ['::', '2001:db8::1'], bad: ['10.0.0.1', ':::', '2001:db8'] },
  'ip-cidr-block': { good: ['10.0.0.1/24', '::/0'], bad: ['10.0.0.1', '10.0.0.0/33', '::/129', '10.0.0.0/-1'] },
  'ipv4-cidr-block': { good: ['10.0.0.0/8'], bad: ['::/0'] },
  'ipv6-cidr-block': { good: ['2001:db8::/32'], bad: ['10.0.0.0/8'] },
  'address-or-block-or-range': { good: ['10.0.0.1', '10.0.0.0/24', '10.0.0.1-10.0.0.9', '::1-::5'], bad: ['10.0.0.9-10.0.0.1', '10.0.0.1-::1', '1-2'] },
  'list-of-address-or-block-or-range': { good: ['10.0.0.1', '10.0.0.1, 10.1.0.0/16,10.2.0.1-10.2.0.9'], bad: ['', '10.0.0.1,', 'any'] },
  'ip-cidr-block-or-any': { good: ['ANY', 'any', '4.4.0.0/20'], bad: ['4.4.0.0', 'NONE'] },
  'autonomous-system': { good: ['1', '65001', '4294967295', '1.10', '65535.65535'], bad: ['0', '4294967296', '1.65536', '65536.1', '-1', 'AS1'] },
  'bgp-community': { good: ['65001:12', '4294967295:1:2', 'NO_EXPORT'], bad: ['65536:1', '1:2:3:4', 'NO_ENTRY', '65001'] },
  'hostname-or-ip': { good: ['db.example.org', '10.0.0.1', '::1'], bad: ['-x', '10.0.0', 'a b'] },
  hostname: { good: ['db', 'db.example.org.', '_tcp.example.org', 'a'.repeat(63)], bad: ['', '-x', 'x-', 'a'.repeat(64), '1.2.3.4', 'a..b'] },
  'mac-address': { good: ['02:00:00:00:00:01', 'AA-BB-CC-DD-EE-FF'], bad: ['02:00:00:00:00', '020000000001', '02:00:00:00:00:0g'] },
  'port-or-range': { good: ['0', '443', '8000-8080', '65535'], bad: ['65536', '90-80', '-1', 'http', ''] },
  'vlan-or-range': { good: ['0', '100', '100-199', '4094'], bad: ['4095', '200-100', ''] },
  'policy-path': { good: ['/infra/segments/web'], bad: ['infra/segments', '/infra//web', '/infra/', ''] },
};

describe.each(Object.entries(EXAMPLES) as [Format, (typeof EXAMPLES)[Format]][])('the format %s', (format, { good, bad }) => {
  it.each(good)('accepts %j', (text) => expect(FORMATS[format].accepts(text)).toBe(true));
  it.each(bad)('refuses %j', (text) => expect(FORMATS[format].accepts(text)).toBe(false));
});

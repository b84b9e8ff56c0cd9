import { beforeEach, describe, expect, it } from 'vitest';
import { formatAddress } from '../../../src/shared/address.js';
import type { MemoryIntent } from '../memory-intent.js';
import { network } from './fabric.js';

const SEGMENT = '/infra/segments/web';
let intent: MemoryIntent;
beforeEach(() => {
  intent = network();
});

type Fields = Record<string, unknown>;

function segment(ranges: readonly string[] | undefined, subnet: Fields = {}, fields: Fields = {}): void {
  intent.patch(SEGMENT, { subnets: [{ gateway_address: '10.0.0.1/24', ...(ranges ? { dhcp_ranges: ranges } : {}), ...subnet }], ...fields });
}

const port = (id: string, fields: Fields = {}): void => void intent.patch(`${SEGMENT}/ports/${id}`, { attachment: { id: `vif-${id}` }, ...fields });
const states = (address: string, fields: Fields = {}): Fields => ({ address_bindings: [{ ip_address: address, ...fields }] });
const bind = (id: string, mac: string, address: string): void =>
  void intent.patch(`${SEGMENT}/dhcp-static-binding-configs/${id}`, { resource_type: 'DhcpV4StaticBindingConfig', mac_address: mac, ip_address: address });

function lease(id: string, family: 4 | 6 = 4): string | undefined {
  const [held] = intent.held(`${SEGMENT}/ports/${id}`, `leased-address-${family}:${SEGMENT}`);
  return held === undefined ? undefined : formatAddress(family, held);
}

const waits = (id: string): boolean => intent.held(`${SEGMENT}/ports/${id}`, `lease-queue-4:${SEGMENT}`).length > 0;

describe('a port without a stated address', () => {
  it('is given the lowest free address of the ranges, and keeps it however it is changed', () => {
    segment(['10.0.0.20-10.0.0.21', '10.0.0.10']);
    for (const id of ['a', 'b', 'c']) port(id);
    expect(['a', 'b', 'c'].map((id) => lease(id))).toEqual(['10.0.0.20', '10.0.0.21', '10.0.0.10']);
    port('b', { description: 'changed', attachment: { id: 'another' } });
    segment(['10.0.0.10-10.0.0.30']);
    expect(['a', 'b', 'c'].map((id) => lease(id))).toEqual(['10.0.0.20', '10.0.0.21', '10.0.0.10']);
  });

  it('gives its address back when it goes, when it is unplugged and when it states one', () => {
    segment(['10.0.0.20-10.0.0.30']);
    for (const id of ['a', 'b', 'c']) port(id);
    intent.remove(`${SEGMENT}/ports/a`);
    port('d');
    expect(lease('d')).toBe('10.0.0.20');
    port('b', { attachment: {} });
    port('c', states('10.0.0.99'));
    expect([lease('b'), lease('c')]).toEqual([undefined, undefined]);
    port('e');
    port('f');
    expect([lease('e'), lease('f')]).toEqual(['10.0.0.21', '10.0.0.22']);
  });

  it('is never given what is the gateway, the server, the network, stated by another port or bound', () => {
    intent.patch('/infra/dhcp-server-configs/d', { server_addresses: ['10.0.0.3/24'] });
    const config = { resource_type: 'SegmentDhcpV4Config', server_address: '10.0.0.2/24' };
    segment(['10.0.0.0/29'], { dhcp_config: config }, { dhcp_config_path: '/infra/dhcp-server-configs/d' });
    port('stated', states('10.0.0.4'));
    bind('db', '02:00:00:00:00:05', '10.0.0.5');
    for (const id of ['a', 'b', 'c']) port(id);
    expect(['a', 'b', 'c'].map((id) => lease(id))).toEqual(['10.0.0.6', '10.0.0.7', undefined]);
    intent.patch('/infra/dhcp-server-configs/d', { server_addresses: ['192.0.2.1/24'] });
    expect(lease('c')).toBe('10.0.0.3');
  });

  it('is given another one where somebody else states or is bound to its own', () => {
    segment(['10.0.0.20-10.0.0.30']);
    port('a');
    port('b');
    port('c', states('10.0.0.20'));
    bind('db', '02:00:00:00:00:05', '10.0.0.21');
    expect([lease('a'), lease('b')]).toEqual(['10.0.0.22', '10.0.0.23']);
  });

  it('keeps its address over new ranges where it is still in them, and is given another one where not', () => {
    segment(['10.0.0.20-10.0.0.22']);
    for (const id of ['a', 'b', 'c']) port(id);
    segment(['10.0.0.21-10.0.0.40']);
    expect(['a', 'b', 'c'].map((id) => lease(id))).toEqual(['10.0.0.23', '10.0.0.21', '10.0.0.22']);
    segment(['10.0.0.21-10.0.0.40'], { dhcp_config: { resource_type: 'SegmentDhcpV4Config', server_address: '10.0.0.21/24' } });
    expect(['a', 'b', 'c'].map((id) => lease(id))).toEqual(['10.0.0.23', '10.0.0.24', '10.0.0.22']);
  });

  it('is given one when ranges come to its segment, around what others state already, and holds nothing when they go', () => {
    segment(undefined);
    port('a');
    port('z', states('10.0.0.20', { mac_address: '02:00:00:00:00:09' }));
    bind('db', '02:00:00:00:00:05', '10.0.0.21');
    const before = intent.spaces(`${SEGMENT}/ports/z`);
    segment(['10.0.0.20-10.0.0.30']);
    expect([lease('a'), lease('z')]).toEqual(['10.0.0.22', undefined]);
    segment(undefined);
    expect(lease('a')).toBeUndefined();
    expect(intent.spaces(`${SEGMENT}/ports/z`)).toEqual(before);
    expect(intent.spaces(SEGMENT)).toEqual(['segment-key']);
    expect(intent.spaces(`${SEGMENT}/dhcp-static-binding-configs/db`)).toEqual([`bound-address:${SEGMENT}`]);
  });

  it('whose stated MAC address is bound needs none, until the binding goes or is for another', () => {
    segment(['10.0.0.20-10.0.0.30']);
    port('a', { address_bindings: [{ mac_address: '02-00-00-00-00-0A' }] });
    expect(lease('a')).toBe('10.0.0.20');
    bind('a', '02:00:00:00:00:0a', '10.0.0.50');
    expect(lease('a')).toBeUndefined();
    bind('a', '02:00:00:00:00:0b', '10.0.0.50');
    expect(lease('a')).toBe('10.0.0.20');
    bind('a', '02:00:00:00:00:0a', '10.0.0.50');
    intent.remove(`${SEGMENT}/dhcp-static-binding-configs/a`);
    expect(lease('a')).toBe('10.0.0.20');
  });
});

describe('ranges that are used up', () => {
  beforeEach(() => {
    segment(['10.0.0.20']);
    port('a');
    port('b');
    port('c');
  });

  it('leave ports waiting, which are written all the same', () => {
    expect(['a', 'b', 'c'].map(waits)).toEqual([false, true, true]);
    intent.remove(`${SEGMENT}/ports/b`);
    expect(lease('c')).toBeUndefined();
  });

  it.each([
    ['a port goes', () => intent.remove(`${SEGMENT}/ports/a`)],
    ['a port states an address', () => port('a', states('10.0.0.99'))],
    ['ranges grow', () => segment(['10.0.0.20-10.0.0.21'])],
  ])('serve them in turn when %s', (_, free) => {
    free();
    expect([lease('b') !== undefined, waits('b'), lease('c'), waits('c')]).toEqual([true, false, undefined, true]);
  });

  it('serve them when a binding goes', () => {
    bind('db', '02:00:00:00:00:05', '10.0.0.20');
    expect([lease('a'), waits('a')]).toEqual([undefined, true]);
    intent.remove(`${SEGMENT}/dhcp-static-binding-configs/db`);
    expect(['a', 'b', 'c'].map((id) => lease(id)).sort()).toEqual(['10.0.0.20', undefined, undefined]);
  });

  it('go with their segment', () => {
    intent.remove(SEGMENT);
    expect(intent.spaces(`${SEGMENT}/ports/b`)).toEqual([]);
  });
});

it('takes what a port states several times, in blocks and ranges, once', () => {
  segment(['10.0.0.20-10.0.0.30']);
  port('a', { address_bindings: ['10.0.0.20-10.0.0.22', '10.0.0.20-10.0.0.23', '10.0.0.24/31', '10.0.0.21'].map((ip_address) => ({ ip_address })) });
  port('b');
  expect(lease('b')).toBe('10.0.0.26');
});

it('gives addresses of both families, and never an excluded one', () => {
  const excluded = { resource_type: 'SegmentDhcpV6Config', server_address: '2001:db8::2/64', excluded_ranges: ['2001:db8::3-2001:db8::5'] };
  intent.patch(SEGMENT, {
    subnets: [
      { gateway_address: '10.0.0.1/24', dhcp_ranges: ['10.0.0.10-10.0.0.20'] },
      { gateway_address: '2001:db8::1/64', dhcp_ranges: ['2001:db8::/64'], dhcp_config: excluded },
    ],
  });
  port('a');
  port('b', states('10.0.0.77'));
  expect([lease('a'), lease('a', 6)]).toEqual(['10.0.0.10', '2001:db8::6']);
  expect([lease('b'), lease('b', 6)]).toEqual([undefined, '2001:db8::7']);
});

it('shows nothing of it on the port', () => {
  segment(['10.0.0.20']);
  port('a');
  expect(Object.keys(intent.read(`${SEGMENT}/ports/a`)).filter((name) => name.includes('address'))).toEqual([]);
});

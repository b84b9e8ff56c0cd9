import { beforeEach, describe, expect, it } from 'vitest';
import { MemoryIntent } from './memory-intent.js';

const POOL = '/infra/ip-pools/pool';
const BLOCK = '/infra/ip-blocks/block';

describe('addresses', () => {
  let intent: MemoryIntent;
  const subnet = (id: string, cidr: string, ranges: [string, string][], more: Record<string, unknown> = {}) =>
    intent.patch(`${POOL}/ip-subnets/${id}`, {
      resource_type: 'IpAddressPoolStaticSubnet',
      cidr,
      allocation_ranges: ranges.map(([start, end]) => ({ start, end })),
      ...more,
    });
  const cut = (id: string, size: number, more: Record<string, unknown> = {}) =>
    intent.patch(`${POOL}/ip-subnets/${id}`, { resource_type: 'IpAddressPoolBlockSubnet', ip_block_path: BLOCK, size, ...more });
  const allocate = (id: string, allocation_ip?: string) => intent.patch(`${POOL}/ip-allocations/${id}`, allocation_ip === undefined ? {} : { allocation_ip });
  const address = (id: string) => intent.read(`${POOL}/ip-allocations/${id}`).allocated_ip;

  beforeEach(() => {
    intent = new MemoryIntent();
    intent.seed([{ path: '/infra', body: {} }]);
    intent.patch(POOL, {});
  });

  describe('allocated from a pool', () => {
    it('are the lowest free ones, never twice', () => {
      subnet('a', '10.0.0.0/24', [['10.0.0.10', '10.0.0.11']]);
      subnet('b', '10.0.1.0/24', [['10.0.1.5', '10.0.1.5']]);
      expect(['1', '2', '3'].map((id) => allocate(id).allocated_ip)).toEqual(['10.0.0.10', '10.0.0.11', '10.0.1.5']);
      intent.remove(`${POOL}/ip-allocations/2`);
      expect(allocate('4').allocated_ip).toBe('10.0.0.11');
    });

    it('stay with the allocation whatever is written to it', () => {
      subnet('a', '10.0.0.0/24', [['10.0.0.10', '10.0.0.20']]);
      allocate('wish', '10.0.0.15');
      const changed = intent.patch(`${POOL}/ip-allocations/wish`, { description: 'Renamed' });
      expect(changed).toMatchObject({ allocation_ip: '10.0.0.15', allocated_ip: '10.0.0.15' });
    });

    it('are the wished ones where they are free', () => {
      subnet('a', '10.0.0.0/24', [['10.0.0.10', '10.0.0.12']]);
      expect(allocate('wish', '10.0.0.10').allocated_ip).toBe('10.0.0.10');
      expect(allocate('any').allocated_ip).toBe('10.0.0.11');
    });

    it('are missing, without an error, where the wish lies outside or is taken, or where none is left', () => {
      subnet('a', '10.0.0.0/24', [['10.0.0.10', '10.0.0.10']]);
      expect(allocate('outside', '10.9.9.9')).toMatchObject({ allocation_ip: '10.9.9.9' });
      expect(address('outside')).toBeUndefined();
      expect(allocate('first').allocated_ip).toBe('10.0.0.10');
      expect(allocate('taken', '10.0.0.10').allocated_ip).toBeUndefined();
      expect(allocate('late').allocated_ip).toBeUndefined();
    });

    it('come to those who wait, when a subnet arrives or an address is given back', () => {
      allocate('wish', '10.0.0.11');
      allocate('any');
      allocate('late');
      subnet('a', '10.0.0.0/24', [['10.0.0.10', '10.0.0.11']]);
      expect([address('wish'), address('any'), address('late')]).toEqual(['10.0.0.11', '10.0.0.10', undefined]);
      intent.remove(`${POOL}/ip-allocations/any`);
      expect(address('late')).toBe('10.0.0.10');
    });

    it('are IPv6 too', () => {
      subnet('six', '2001:db8::/64', [['2001:db8::a', '2001:db8::f']]);
      expect(allocate('six').allocated_ip).toBe('2001:db8::a');
    });

    it('leave out the gateway', () => {
      subnet('a', '10.0.0.0/24', [['10.0.0.1', '10.0.0.9']], { gateway_ip: '10.0.0.1' });
      expect(allocate('first').allocated_ip).toBe('10.0.0.2');
    });

    it('keep their subnet from being deleted or shrunk, until they go with the pool', () => {
      subnet('a', '10.0.0.0/24', [['10.0.0.10', '10.0.0.20']]);
      allocate('one');
      expect(intent.refusal(() => intent.remove(`${POOL}/ip-subnets/a`))).toMatchObject({ status: 400, code: 500030 });
      const { message } = intent.refusal(() => subnet('a', '10.0.0.0/24', [['10.0.0.12', '10.0.0.20']]));
      expect(message).toContain(`10.0.0.10: ${POOL}/ip-allocations/one has it`);
      intent.remove(POOL);
      expect(() => intent.read(POOL)).toThrow('does not exist');
    });
  });

  describe('of a static subnet', () => {
    it.each([
      ['a range outside the network', [['10.0.1.1', '10.0.1.2']], {}, 'allocation_ranges[0]'],
      ['a range that ends before it begins', [['10.0.0.9', '10.0.0.1']], {}, 'allocation_ranges[0]'],
      [
        'ranges that overlap',
        [
          ['10.0.0.1', '10.0.0.9'],
          ['10.0.0.9', '10.0.0.12'],
        ],
        {},
        'allocation_ranges[1]',
      ],
      ['a gateway outside the network', [['10.0.0.1', '10.0.0.9']], { gateway_ip: '10.0.1.1' }, 'gateway_ip'],
    ] as const)('are refused with %s', (_what, ranges, more, field) => {
      const refusal = intent.refusal(() =>
        subnet(
          'a',
          '10.0.0.0/24',
          ranges.map(([start, end]) => [start, end]),
          more,
        ),
      );
      expect(refusal).toMatchObject({ status: 400, field });
    });

    it('are disjoint from those of the other subnets of the pool, and of other pools only where the pool wants it', () => {
      subnet('a', '10.0.0.0/24', [['10.0.0.1', '10.0.0.9']]);
      expect(intent.refusal(() => subnet('b', '10.0.0.0/24', [['10.0.0.9', '10.0.0.12']]))).toMatchObject({ code: 500105 });
      const elsewhere = { resource_type: 'IpAddressPoolStaticSubnet', cidr: '10.0.0.0/24', allocation_ranges: [{ start: '10.0.0.1', end: '10.0.0.9' }] };
      intent.patch('/infra/ip-pools/free', {});
      expect(intent.patch('/infra/ip-pools/free/ip-subnets/a', elsewhere)._revision).toBe(0);
      intent.patch('/infra/ip-pools/strict', { check_overlap_with_existing_pools: true });
      expect(intent.refusal(() => intent.patch('/infra/ip-pools/strict/ip-subnets/a', elsewhere))).toMatchObject({ code: 500105 });
    });
  });

  describe('cut out of a block', () => {
    beforeEach(() => {
      intent.patch(BLOCK, { cidr: '10.10.0.0/24' });
    });

    it('are the lowest free network of their size', () => {
      expect(cut('a', 4)).toMatchObject({
        cidr: '10.10.0.0/30',
        network_address: '10.10.0.0',
        gateway_address: '10.10.0.1',
        broadcast_address: '10.10.0.3',
        size: 4,
        auto_assign_gateway: true,
      });
      expect(cut('b', 16).cidr).toBe('10.10.0.16/28');
      expect(cut('c', 8).cidr).toBe('10.10.0.8/29');
      intent.remove(`${POOL}/ip-subnets/c`);
      expect(cut('d', 4).cidr).toBe('10.10.0.4/30');
    });

    it('stay the same whatever is written to the subnet', () => {
      cut('a', 4);
      expect(cut('a', 4, { auto_assign_gateway: false })).toMatchObject({ cidr: '10.10.0.0/30' });
      expect(intent.read(`${POOL}/ip-subnets/a`).gateway_address).toBeUndefined();
      expect(intent.refusal(() => cut('a', 8))).toMatchObject({ status: 400, field: 'size' });
    });

    it('are allocated without network, gateway and broadcast address', () => {
      cut('a', 8);
      const given = ['1', '2', '3', '4', '5'].map((id) => allocate(id).allocated_ip);
      expect(given).toEqual(['10.10.0.2', '10.10.0.3', '10.10.0.4', '10.10.0.5', '10.10.0.6']);
      expect(allocate('6').allocated_ip).toBeUndefined();
    });

    it.each([
      ['a size that is no power of 2', 12, 'size'],
      ['more than the block has', 512, 'ip_block_path'],
    ])('are refused with %s', (_what, size, field) => {
      expect(intent.refusal(() => cut('a', size))).toMatchObject({ status: 400, field });
    });

    it('are refused when the block is used up', () => {
      cut('a', 128);
      cut('b', 128);
      expect(intent.refusal(() => cut('c', 1))).toMatchObject({ status: 400, field: 'ip_block_path' });
    });

    it('keep the block from being deleted or from losing them', () => {
      cut('a', 4);
      expect(intent.refusal(() => intent.remove(BLOCK))).toMatchObject({ code: 500030 });
      expect(intent.refusal(() => intent.patch(BLOCK, { cidr: '10.20.0.0/24' }))).toMatchObject({ code: 500030 });
      expect(intent.patch(BLOCK, { cidr: '10.10.0.0/16' }).total_size).toBe('65536');
    });

    it('come out the same when one body brings the subnet before its block', () => {
      const body = {
        resource_type: 'Infra',
        children: [
          {
            resource_type: 'ChildIpAddressPool',
            IpAddressPool: {
              resource_type: 'IpAddressPool',
              id: 'early',
              children: [
                { resource_type: 'ChildIpAddressAllocation', IpAddressAllocation: { resource_type: 'IpAddressAllocation', id: 'one' } },
                {
                  resource_type: 'ChildIpAddressPoolSubnet',
                  IpAddressPoolSubnet: { resource_type: 'IpAddressPoolBlockSubnet', id: 'cut', ip_block_path: '/infra/ip-blocks/late', size: 8 },
                },
              ],
            },
          },
          { resource_type: 'ChildIpAddressBlock', IpAddressBlock: { resource_type: 'IpAddressBlock', id: 'late', cidr: '10.30.0.0/24' } },
        ],
      };
      intent.patch('/infra', body);
      expect(intent.read('/infra/ip-pools/early/ip-subnets/cut').cidr).toBe('10.30.0.0/29');
      expect(intent.read('/infra/ip-pools/early/ip-allocations/one').allocated_ip).toBe('10.30.0.2');
    });

    it('are IPv6 too, and avoid what the block excludes', () => {
      intent.patch('/infra/ip-blocks/six', { cidrs: ['2001:db8::/48'], excluded_ips: [{ start: '2001:db8::', end: '2001:db8:0:0:ffff:ffff:ffff:ffff' }] });
      const six = { ip_block_path: '/infra/ip-blocks/six', size: undefined, subnet_size: '18446744073709551616' };
      expect(cut('six', 0, six).cidr).toBe('2001:db8:0:1::/64');
    });

    it('are those wished for, where they are free', () => {
      expect(cut('a', 4, { start_ip: '10.10.0.64' }).cidr).toBe('10.10.0.64/30');
      expect(intent.refusal(() => cut('b', 4, { start_ip: '10.10.0.64' }))).toMatchObject({ status: 400, field: 'ip_block_path' });
      expect(intent.refusal(() => cut('b', 4, { start_ip: '10.10.0.66' }))).toMatchObject({ status: 400 });
    });
  });
});

import { contains, formatAddress, overlaps, parseAddress, parseBlock, type Range, without } from '../../shared/address.js';
import { CODES } from '../error-codes.js';
import { Field } from '../field.js';
import type { Hooks, IntentView, WriteView } from '../hooks.js';
import { PolicyConfigResource } from '../policy-object.js';
import type { Problem } from '../problem.js';
import { Resource } from '../resource.js';
import { ALL_POOL_RANGES, blockNetworks, poolAddresses, poolRanges } from '../spaces.js';
import { lowestNetwork, networkAt } from './carve.js';
import { serveQueue } from './ip-address-allocation.resource.js';
import { type IpAddressBlock, rangesOfBlock } from './ip-address-block.resource.js';
import { IpAddressPool } from './ip-address-pool.resource.js';
import { IpPoolRange } from './ip-pool-range.js';
import { allocatableRanges, edgesOf, rangesOf, toRange } from './pool-ranges.js';

@Resource({
  doc: 'Addresses of a pool that belong to one network.',
  feature: 'addressing',
  abstract: true,
  at: [{ parent: IpAddressPool, collection: 'ip-subnets' }],
})
export abstract class IpAddressPoolSubnet extends PolicyConfigResource {
  @Field('boolean', 'Whether a write is to be realized before it is answered.', { default: false })
  sync_realization!: boolean;
}

type AnySubnet = IpAddressPoolStaticSubnet | IpAddressPoolBlockSubnet;

/** What both kinds do: serve those who wait for an address, and stay while addresses are in use. */
const common: Hooks<AnySubnet> = {
  written: (subnet, view) => serveQueue(subnet.parent_path, view),
  checkDelete: (subnet, view) =>
    allocatableRanges(subnet)
      .flatMap((range) => inUse(subnet, range, view))
      .slice(0, 1),
};

@Resource<IpAddressPoolStaticSubnet>({ doc: 'A subnet whose addresses are listed.', hooks: { ...common, complete: holdRanges, check: checkStatic } })
export class IpAddressPoolStaticSubnet extends IpAddressPoolSubnet {
  @Field('string', 'Network of the subnet.', { required: true, format: 'ip-cidr-block' })
  cidr!: string;

  @Field(() => IpPoolRange, 'Addresses of the network that may be allocated.', { array: true, required: true })
  allocation_ranges!: IpPoolRange[];

  @Field('string', 'Gateway of the network; it is not allocated.', { format: 'ip' })
  gateway_ip?: string;

  @Field('string', 'Name servers for those who get an address.', { array: true, maxItems: 3, format: 'ip' })
  dns_nameservers?: string[];

  @Field('string', 'Domain for those who get an address.', { format: 'hostname' })
  dns_suffix?: string;
}

@Resource<IpAddressPoolBlockSubnet>({
  doc: 'A subnet that is cut out of an address block: the lowest free network of its size.',
  hooks: { ...common, complete: cutOut, check: checkBlock },
})
export class IpAddressPoolBlockSubnet extends IpAddressPoolSubnet {
  @Field('string', 'Block that the subnet is cut out of.', { required: true, immutable: true, refs: { to: ['IpAddressBlock'] } })
  ip_block_path!: string;

  @Field('integer', 'Number of addresses, a power of 2.', { deprecated: true, immutable: true, min: 1 })
  size?: number;

  @Field('string', 'Number of addresses as text, for sizes that no JSON number holds exactly.', { immutable: true, pattern: '^[1-9][0-9]{0,38}$' })
  subnet_size?: string;

  @Field('string', 'First address of the network, where one is wished for.', { immutable: true, format: 'ip' })
  start_ip?: string;

  @Field('integer', 'Most addresses of the subnet that may be allocated.', { min: 1, max: 1048576 })
  allocation_range?: number;

  @Field('boolean', 'Whether the first address is kept for a gateway.', { default: true })
  auto_assign_gateway!: boolean;

  @Field('string', 'Network that was cut out of the block.', { readOnly: true, format: 'ip-cidr-block' })
  cidr?: string;

  @Field('string', 'The same as `cidr`.', { readOnly: true, format: 'ip-cidr-block' })
  allocated_cidr?: string;

  @Field('string', 'Address that is kept for the gateway.', { readOnly: true })
  gateway_address?: string;

  @Field('string', 'First address of the network.', { readOnly: true })
  network_address?: string;

  @Field('string', 'Last address of an IPv4 network.', { readOnly: true })
  broadcast_address?: string;
}

function holdRanges(subnet: AnySubnet, view: WriteView): void {
  const ranges = rangesOf(subnet);
  view.claim(poolRanges(subnet.parent_path), subnet.path, ranges);
  view.claim(ALL_POOL_RANGES, subnet.path, ranges);
}

/** Cuts the network once; later writes keep it, and only decide about the gateway. A block without room is for `check` to report. */
function cutOut(draft: IpAddressPoolBlockSubnet, view: WriteView): void {
  const size = sizeOf(draft);
  const block = view.get<IpAddressBlock>(draft.ip_block_path);
  if (draft.cidr === undefined && block && size !== undefined && isPowerOf2(size)) {
    const space = blockNetworks(block.path);
    const ranges = rangesOfBlock(block);
    const network = draft.start_ip === undefined ? lowestNetwork(view, space, ranges, size) : networkAt(view, space, ranges, size, draft.start_ip);
    if (network) {
      view.claim(space, draft.path, [network]);
      describe(draft, network, size);
      holdRanges(draft, view);
    }
  }
  const network = parseBlock(draft.cidr ?? '');
  const offersGateway = network && draft.auto_assign_gateway && network.high > network.low;
  draft.gateway_address = offersGateway ? formatAddress(network.family, network.low + 1n) : undefined;
}

function describe(draft: IpAddressPoolBlockSubnet, network: Range, size: bigint): void {
  const { family, low, high } = network;
  draft.cidr = `${formatAddress(family, low)}/${(family === 4 ? 32 : 128) - (size.toString(2).length - 1)}`;
  draft.allocated_cidr = draft.cidr;
  draft.network_address = formatAddress(family, low);
  draft.broadcast_address = edgesOf(network).length > 0 ? formatAddress(family, high) : undefined;
}

function sizeOf({ size, subnet_size: text }: IpAddressPoolBlockSubnet): bigint | undefined {
  if (size !== undefined) return BigInt(size);
  return text === undefined ? undefined : BigInt(text);
}

function isPowerOf2(size: bigint): boolean {
  return (size & (size - 1n)) === 0n;
}

function checkBlock(subnet: IpAddressPoolBlockSubnet, view: IntentView): readonly Problem[] {
  const size = sizeOf(subnet);
  if (size === undefined) return [bad('size', CODES.field, 'Field size is required: add it.')];
  if (!isPowerOf2(size)) return [bad('size', CODES.field, 'Field size must be a power of 2.')];
  if (subnet.cidr !== undefined || !view.get(subnet.ip_block_path)) return [];
  const where = subnet.start_ip === undefined ? `no free network of ${size} addresses` : `no free network of ${size} addresses at ${subnet.start_ip}`;
  return [bad('ip_block_path', CODES.exhausted, `${subnet.ip_block_path} has ${where}: choose a smaller size or another block.`)];
}

function checkStatic(subnet: IpAddressPoolStaticSubnet, view: IntentView, before?: IpAddressPoolStaticSubnet): readonly Problem[] {
  const network = parseBlock(subnet.cidr);
  if (!network) return [];
  const problems = subnet.allocation_ranges.flatMap((given, index) => checkRange(subnet, network, given, index, view));
  const gateway = subnet.gateway_ip === undefined ? undefined : parseAddress(subnet.gateway_ip);
  if (gateway && !contains(network, { family: gateway.family, low: gateway.value, high: gateway.value })) {
    problems.push(bad('gateway_ip', CODES.conflict, `Field gateway_ip must lie in ${subnet.cidr}.`));
  }
  const kept = allocatableRanges(subnet);
  for (const lost of before ? allocatableRanges(before).flatMap((range) => without(range, kept)) : []) problems.push(...inUse(subnet, lost, view));
  return problems;
}

function checkRange(subnet: IpAddressPoolStaticSubnet, network: Range, given: IpPoolRange, index: number, view: IntentView): Problem[] {
  const field = `allocation_ranges[${index}]`;
  const range = toRange(given);
  if (!range) return [bad(field, CODES.field, `Field ${field} must begin before it ends, within one version of IP.`)];
  if (!contains(network, range)) return [bad(field, CODES.conflict, `Field ${field} must lie in ${subnet.cidr}.`)];
  const earlier = subnet.allocation_ranges.slice(0, index).map(toRange);
  if (earlier.some((other) => other && overlaps(other, range)))
    return [bad(field, CODES.overlap, `Field ${field} overlaps with an earlier range: make them disjoint.`)];
  const strict = view.get<IpAddressPool>(subnet.parent_path)?.check_overlap_with_existing_pools;
  const other = view.overlap(strict ? ALL_POOL_RANGES : poolRanges(subnet.parent_path), range, subnet.path);
  return other ? [bad(field, CODES.overlap, `Field ${field} overlaps with ${other.owner}: choose other addresses.`)] : [];
}

function inUse(subnet: AnySubnet, range: Range, view: IntentView): Problem[] {
  const user = view.overlap(poolAddresses(subnet.parent_path), range, '');
  if (!user) return [];
  const message = `${subnet.path} cannot lose ${formatAddress(user.family, user.low)}: ${user.owner} has it. Delete that first.`;
  return [{ status: 400, code: CODES.inUse, message }];
}

function bad(field: string, code: number, message: string): Problem {
  return { status: 400, code, field, message };
}

import { parseBlock, type Range, without } from '../../shared/address.js';
import { CODES } from '../error-codes.js';
import { Field } from '../field.js';
import type { FiguresView, IntentView, WriteView } from '../hooks.js';
import { PolicyConfigResource, type PolicyObject } from '../policy-object.js';
import type { Problem } from '../problem.js';
import { Resource } from '../resource.js';
import { Infra } from '../root/infra.resource.js';
import { blockNetworks } from '../spaces.js';
import { IpPoolRange } from './ip-pool-range.js';
import { toRange } from './pool-ranges.js';

class ThirdPartyIPAMInfo {
  @Field('string', 'System that keeps the addresses of the block.', { required: true, enum: ['Infoblox'] })
  ipam_provider!: string;

  @Field('string', 'Identifier of the block in that system.', { required: true })
  object_id!: string;
}

@Resource<IpAddressBlock>({
  doc: 'A range of addresses from which whole subnets are cut.',
  feature: 'addressing',
  at: [{ parent: Infra, collection: 'ip-blocks' }],
  hooks: { complete, written: serveSubnets, check },
  figures: usage,
})
export class IpAddressBlock extends PolicyConfigResource {
  @Field('string', 'Network of the block, where it is one.', { deprecated: true, format: 'ip-cidr-block' })
  cidr?: string;

  @Field('string', 'Networks of the block, all of one version of IP.', { array: true, format: 'ip-cidr-block' })
  cidrs?: string[];

  @Field(() => IpPoolRange, 'Ranges of the block that are no networks.', { array: true })
  ranges?: IpPoolRange[];

  @Field(() => IpPoolRange, 'Addresses that are never given away.', { array: true })
  excluded_ips?: IpPoolRange[];

  @Field('string', 'Version of IP.', { readOnly: true, enum: ['IPV4', 'IPV6'] })
  ip_address_type?: string;

  @Field('string', 'Whether addresses of the block are known outside.', { enum: ['PRIVATE', 'EXTERNAL'] })
  visibility?: string;

  @Field('boolean', 'Whether the block is only for subnets that are extended into a VLAN.')
  subnet_exclusive?: boolean;

  @Field(() => ThirdPartyIPAMInfo, 'Another system that keeps the addresses of the block.')
  third_party_ipam?: ThirdPartyIPAMInfo;

  @Field('string', 'Number of addresses in the block.', { readOnly: true })
  total_size?: string;

  @Field('string', 'Number of addresses that were given away.', { readOnly: true })
  used_size?: string;

  @Field('number', 'Share of the block that was given away, in percent.', { readOnly: true })
  usage_percentage?: number;

  @Field('string', 'Largest subnet that can still be cut.', { readOnly: true, deprecated: true })
  available_allocation_size?: string;

  @Field('boolean', 'Whether a write is to be realized before it is answered.', { default: false })
  sync_realization!: boolean;
}

/** Everything a block holds, lowest first, without what is excluded. */
export function rangesOfBlock({ cidr, cidrs = [], ranges = [], excluded_ips: excluded = [] }: IpAddressBlock): Range[] {
  const networks = [...(cidr === undefined ? [] : [cidr]), ...cidrs].map(parseBlock);
  const kept = excluded.map(toRange).filter((range) => range !== undefined);
  return [...networks, ...ranges.map(toRange)]
    .filter((range) => range !== undefined)
    .flatMap(({ family, low, high }) => without({ family, low, high }, kept))
    .sort((a, b) => (a.low < b.low ? -1 : 1));
}

function complete(draft: IpAddressBlock): void {
  const ranges = rangesOfBlock(draft);
  draft.ip_address_type = ranges[0] && (ranges[0].family === 4 ? 'IPV4' : 'IPV6');
  draft.total_size = String(ranges.reduce((sum, { low, high }) => sum + high - low + 1n, 0n));
}

function usage({ path, total_size: total = '0' }: IpAddressBlock & PolicyObject, view: FiguresView): Partial<IpAddressBlock> {
  const used = view.claimed(blockNetworks(path));
  return { used_size: String(used), usage_percentage: Number((used * 10_000n) / (BigInt(total) || 1n)) / 100 };
}

/** Subnets that were written before the block had room for them get their network now. */
function serveSubnets(block: PolicyObject, view: WriteView): void {
  for (const subnet of view.referrers(block.path, 'IpAddressPoolBlockSubnet') as readonly (PolicyObject & { cidr?: string })[]) {
    if (subnet.cidr === undefined) view.put(subnet.path, { ...subnet });
  }
}

function check(block: IpAddressBlock, view: IntentView, before?: IpAddressBlock): readonly Problem[] {
  const bad = (field: string, message: string, code: number = CODES.field): Problem => ({ status: 400, code, field, message });
  for (const field of ['ranges', 'excluded_ips'] as const) {
    const wrong = block[field]?.findIndex((range) => !toRange(range)) ?? -1;
    if (wrong >= 0) return [bad(`${field}[${wrong}]`, `Field ${field}[${wrong}] must begin before it ends, within one version of IP.`)];
  }
  const ranges = rangesOfBlock(block);
  if (ranges.length === 0) return [bad('cidr', 'An address block needs addresses: give cidr, cidrs or ranges.')];
  if (ranges.some(({ family }) => family !== ranges[0]?.family)) return [bad('cidrs', 'An address block holds one version of IP: make a block for each.')];
  for (const lost of before ? rangesOfBlock(before).flatMap((range) => without(range, ranges)) : []) {
    const user = view.overlap(blockNetworks(block.path), lost, '');
    if (user) return [bad('cidr', `${block.path} cannot lose these addresses: ${user.owner} has some of them. Delete it first.`, CODES.inUse)];
  }
  return [];
}

import { type Block, blocksOf, contains, overlaps, parseBlock, parseRange } from '../../shared/address.js';
import { CODES } from '../error-codes.js';
import { fieldProblem, type Problem } from '../problem.js';
import type { SegmentSubnet } from './segment.resource.js';

/** The network of a gateway's address: `10.0.0.0/24` for `10.0.0.1/24`. */
export function networkOf(gatewayAddress: string | undefined): string | undefined {
  const block = gatewayAddress === undefined ? undefined : parseBlock(gatewayAddress);
  return block && blocksOf(block)[0];
}

/** What is wrong with the subnets of one segment by themselves. */
export function subnetProblems(subnets: readonly SegmentSubnet[]): readonly Problem[] {
  const blocks = subnets.map(({ gateway_address: address }) => (address === undefined ? undefined : parseBlock(address)));
  return subnets.flatMap((subnet, at) => {
    const block = blocks[at];
    if (!block) return [];
    const field = `subnets[${at}]`;
    const other = blocks.findIndex((one, index) => index < at && one !== undefined && overlaps(one, block));
    return [
      ...(other < 0 ? [] : [fieldProblem(`${field}.gateway_address`, `overlaps with subnets[${other}]: choose other addresses.`, CODES.overlap)]),
      ...gatewayProblems(`${field}.gateway_address`, block),
      ...dhcpProblems(field, subnet, block),
    ];
  });
}

/** The lowest address of an IPv4 subnet names it and the highest reaches all of it: neither is anybody's own. */
function gatewayProblems(field: string, { family, prefix, address, low, high }: Block): readonly Problem[] {
  const own = family === 6 || prefix > 30 || (address !== low && address !== high);
  return own ? [] : [fieldProblem(field, 'is the network or the broadcast address of its subnet: choose another address in it.')];
}

function dhcpProblems(field: string, { dhcp_ranges: ranges = [], dhcp_config: config }: SegmentSubnet, block: Block): readonly Problem[] {
  const problems: Problem[] = [];
  ranges.forEach((text, at) => {
    const range = parseRange(text);
    if (range && !contains(block, range)) problems.push(fieldProblem(`${field}.dhcp_ranges[${at}]`, 'lies outside the subnet: choose addresses in it.'));
  });
  if (!config) return problems;
  if (config.resource_type !== (block.family === 4 ? 'SegmentDhcpV4Config' : 'SegmentDhcpV6Config')) {
    problems.push(fieldProblem(`${field}.dhcp_config.resource_type`, `is for the other address family: the subnet is IPv${block.family}.`));
  }
  const server = config.server_address === undefined ? undefined : parseBlock(config.server_address);
  if (!server) return problems;
  const within = server.family === block.family && server.address >= block.low && server.address <= block.high;
  if (!within || server.address === block.address) {
    problems.push(fieldProblem(`${field}.dhcp_config.server_address`, 'must be an address of the subnet that is not the gateway: choose another one.'));
  }
  return problems;
}

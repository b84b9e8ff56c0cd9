import { parseBlock } from '../../shared/address.js';
import { allocateLowest, leaveSpaces } from '../allocate.js';
import type { IntentView, WriteView } from '../hooks.js';
import { fieldProblem, type Problem } from '../problem.js';
import { transitSlices } from '../spaces.js';

/** Addresses of a slice: what the link between a tier-1 and its tier-0 can use. */
const SLICE = 16n;

interface Transit {
  transit_subnets?: readonly string[];
}

/** How many tier-1s can hang on a tier-0: each takes a slice of the first block of either address family. */
function capacity({ transit_subnets: subnets = [] }: Transit): bigint {
  const sizes = new Map<number, bigint>();
  for (const subnet of subnets) {
    const block = parseBlock(subnet);
    if (block && !sizes.has(block.family)) sizes.set(block.family, block.high - block.low + 1n);
  }
  const slices = [...sizes.values()].map((size) => (size < SLICE ? 1n : size / SLICE));
  return slices.reduce((least, size) => (size < least ? size : least), 1n << 32n);
}

/** Gives a tier-1 its place in the transit subnets of its tier-0, and takes back the one that it had in those of another. */
export function takeTransitSlice(view: WriteView, tier1Path: string, tier0Path: string | undefined): void {
  const slices = tier0Path === undefined ? undefined : transitSlices(tier0Path);
  leaveSpaces(view, tier1Path, 'transit', slices?.space);
  if (tier0Path === undefined || !slices) return;
  const last = capacity(view.get<Transit>(tier0Path) ?? {}) - 1n;
  allocateLowest(view, { ...slices, high: last < slices.high ? last : slices.high }, tier1Path);
}

/** Tier-1s that have no place left in the transit subnets. */
export function transitProblems(view: IntentView, tier0: Transit & { path: string }): readonly Problem[] {
  const { space, high } = transitSlices(tier0.path);
  const first = capacity(tier0);
  const outside = first > high ? undefined : view.overlap(space, { family: 4, low: first, high }, tier0.path);
  return outside ? [fieldProblem('transit_subnets', `leaves no addresses for the link to ${outside.owner}: choose larger blocks.`)] : [];
}

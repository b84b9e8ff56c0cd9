import { blocksOf, parseAddress, parseBlock } from '../../shared/address.js';
import { leaveSpaces } from '../allocate.js';
import { CODES } from '../error-codes.js';
import type { AddressRange, Claim, IntentView, WriteView } from '../hooks.js';
import type { PolicyObject } from '../policy-object.js';
import { fieldProblem, type Problem } from '../problem.js';
import { connectedNetworks } from '../spaces.js';

/**
 * A routing domain is what can reach one another without NAT: a tier-0 with all that hangs on it, or a tier-1 that hangs on none.
 * Within one domain, directly connected networks must not overlap; different domains may use the same addresses. What is connected
 * is kept as claims, so that an overlap is found by one look-up, however large the network is.
 */

/** A network that an object connects to its gateway, with the field that says so. */
export interface ConnectedNetwork {
  readonly field: string;
  readonly range: AddressRange;
}

interface Connected extends PolicyObject {
  connectivity_path?: string;
  subnets?: readonly { gateway_address?: string; ip_addresses?: readonly string[] }[];
}

/** Path of the gateway that stands for the domain of a gateway. */
function routingDomain(view: IntentView, gatewayPath: string): string {
  return view.get<{ tier0_path?: string }>(gatewayPath)?.tier0_path ?? gatewayPath;
}

/** The gateway that something lies below: `/infra/tier-0s/gw` for `/infra/tier-0s/gw/locale-services/default/interfaces/up`. */
export function gatewayOf(path: string): string {
  return /^.*?\/tier-[01]s\/[^/]+/.exec(path)?.[0] ?? path;
}

/** Subnets of a segment as a whole; of an interface only its own addresses, because uplinks of several edges share a subnet. */
export function networksOf({ subnets = [] }: Pick<Connected, 'subnets'>): readonly ConnectedNetwork[] {
  return subnets.flatMap(({ gateway_address: gateway, ip_addresses: addresses = [] }, at) => {
    const block = gateway === undefined ? undefined : parseBlock(gateway);
    if (block) return [{ field: `subnets[${at}].gateway_address`, range: { family: block.family, low: block.low, high: block.high } }];
    return addresses.flatMap((text, index) => {
      const address = parseAddress(text);
      if (!address) return [];
      const { family, value } = address;
      return [{ field: `subnets[${at}].ip_addresses[${index}]`, range: { family, low: value, high: value } }];
    });
  });
}

/** Blocks that a tier-0 uses for itself. */
export function blockNetworks(field: string, blocks: readonly string[]): readonly ConnectedNetwork[] {
  return blocks.flatMap((text, at) => {
    const block = parseBlock(text);
    return block ? [{ field: `${field}[${at}]`, range: { family: block.family, low: block.low, high: block.high } }] : [];
  });
}

/** Claims what an object connects to its gateway; without a gateway it claims nothing. */
export function claimNetworks(view: WriteView, owner: string, gatewayPath: string | undefined, networks: readonly ConnectedNetwork[]): void {
  const space = gatewayPath === undefined ? undefined : connectedNetworks(routingDomain(view, gatewayPath));
  leaveSpaces(view, owner, 'connected', space);
  if (space === undefined) return;
  view.claim(
    space,
    owner,
    networks.map(({ range }) => range),
  );
}

/** Networks of an object that overlap with what others connect to the same domain. */
export function overlapProblems(view: IntentView, owner: string, gatewayPath: string, networks: readonly ConnectedNetwork[]): readonly Problem[] {
  return networks.flatMap(({ field, range }) => {
    const other = view.overlap(connectedNetworks(routingDomain(view, gatewayPath)), range, owner);
    if (!other) return [];
    const what = `overlaps with ${describe(other)}, which is reached through the same gateway`;
    return [fieldProblem(field, `${what}: choose other addresses, or a gateway with another tier-0.`, CODES.overlap)];
  });
}

/** What would overlap because a tier-1 joined the domain of its tier-0 with all that is connected to it. */
export function moveProblems(view: IntentView, tier1Path: string): readonly Problem[] {
  const space = connectedNetworks(routingDomain(view, tier1Path));
  return connectedTo(view, tier1Path).flatMap((connected) =>
    networksOf(connected).flatMap(({ range }) => {
      const other = view.overlap(space, range, connected.path);
      if (!other) return [];
      const what = `would bring ${connected.path} together with ${describe(other)}, which overlaps with it`;
      return [fieldProblem('tier0_path', `${what}: choose another tier-0, or other addresses.`, CODES.overlap)];
    }),
  );
}

/** Everything that is connected to a tier-1: it changes its domain together with the gateway. */
export function connectedTo(view: IntentView, tier1Path: string): readonly Connected[] {
  const segments = (view.referrers(tier1Path, 'Segment') as readonly Connected[]).filter((segment) => segment.connectivity_path === tier1Path);
  const interfaces = view.children(tier1Path, 'LocaleServices').flatMap(({ path }) => view.children<Connected>(path, 'Tier1Interface'));
  return [...segments, ...interfaces];
}

function describe(claim: Claim): string {
  return `${blocksOf(claim).join(', ')} of ${claim.owner}`;
}

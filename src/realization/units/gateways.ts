import type { Segment } from '../../model/networking/segment.resource.js';
import { GATEWAY_BLOCKS } from '../../model/spaces.js';
import { type Family, parseBlock } from '../../shared/address.js';
import { bundles, NOTHING, type Output } from '../output.js';
import type { Contribution } from '../resource-table.js';
import { ResourceKind, Router_Role, type RouterPort, RouterPort_Role, type StaticRoute_NextHop } from '../resources.pb.js';
import { subnetNetworks } from './advertised.js';
import { alarm } from './alarm.js';
import { connectedSegments, type GatewayFacts, type ServicePart, type Uplink } from './gateway-facts.js';
import { addressAt, gatewayKeys, INNER, internalLink, LINK_PORTS, linkMac, MOST_TIER1S, networksAt, outerPlace } from './links.js';
import type { Reads } from './reads.js';

type Link = readonly [user: string, used: string];

/** A tier-1 becomes a distributed router, a service router where edges are named for it, and the links that join them and the tier-0. */
export function tier1Unit(reads: Reads, path: string): Output {
  const facts = reads.gateway(path);
  if (!facts) return missing(reads, path);
  const parts = new Parts(facts);
  parts.distributed();
  parts.serviceParts(bundles.domain(path));
  if (facts.service.length > 0) parts.internalLink(connectedNetworks(reads, path));
  if (facts.uplink) joinTier0(reads, facts, facts.uplink, parts);
  return parts.output();
}

/** A tier-0 becomes a service router on each of its edges, and a distributed router where segments hang on it directly. */
export function tier0Unit(reads: Reads, path: string): Output {
  const facts = reads.gateway(path);
  if (!facts) return missing(reads, path);
  const parts = new Parts(facts);
  parts.serviceParts(undefined);
  if (connectedSegments(reads, path).length > 0) {
    parts.distributed();
    if (facts.service.length > 0) parts.internalLink(connectedNetworks(reads, path));
    parts.links.push([bundles.behind(path), bundles.domain(path)]);
    for (const { router } of facts.service) parts.links.push([bundles.domain(path), bundles.router(router)]);
  }
  for (const { router } of facts.service) parts.links.push([bundles.service(router), bundles.behind(path)]);
  return parts.output();
}

function missing(reads: Reads, path: string): Output {
  const gateway = reads.intent.object(path);
  if (!gateway || reads.intent.number(GATEWAY_BLOCKS.space, path) !== undefined) return NOTHING;
  return { ...NOTHING, problems: [alarm('ALLOCATION_MISSING', `${path} has no tunnel keys: all are taken. Delete gateways that are no longer used.`)] };
}

function connectedNetworks(reads: Reads, gateway: string): string[] {
  return [...new Set(connectedSegments(reads, gateway).flatMap((segment: Segment) => subnetNetworks(segment)))].sort();
}

/** The link to the tier-0: it goes where the outer part of the tier-1 is, which is each of its nodes if it has no service part. */
function joinTier0(reads: Reads, facts: GatewayFacts, uplink: Uplink, parts: Parts): void {
  const { path, service } = facts;
  const tier0 = reads.gateway(uplink.tier0);
  const bundle = bundles.routerLink(path);
  if (uplink.slice >= MOST_TIER1S) {
    parts.problems.push(alarm('ALLOCATION_MISSING', `${uplink.tier0} has no room for a link to ${path}. Connect it to another tier-0.`));
    return;
  }
  const [own] = service;
  const outer = own ? own.router : path;
  parts.switch(`${path}#uplink`, uplink.tunnelKey, bundle);
  parts.port(`${path}#uplink`, bundle, {
    router: outer,
    tunnelKey: LINK_PORTS.routerLink,
    mac: linkMac.routerLink(uplink.tunnelKey),
    networks: networksAt(uplink.link, INNER),
    logicalSwitch: `${path}#uplink`,
    switchTunnelKey: LINK_PORTS.inner,
    role: RouterPort_Role.ROUTER_LINK,
  });
  parts.links.push([own ? bundles.service(own.router) : bundles.domain(path), bundle]);
  parts.links.push([bundles.behind(uplink.tier0), bundles.domain(path)], [bundles.behind(uplink.tier0), bundle]);
  const advertised = [...new Set(reads.advertised(path).map(({ network }) => network))];
  for (const part of tier0?.service ?? []) {
    parts.port(`${path}#uplink-${part.index}`, bundle, {
      router: part.router,
      tunnelKey: LINK_PORTS.toTier1(uplink.slice),
      mac: linkMac.tier0(uplink.tunnelKey, part.index),
      networks: networksAt(uplink.link, outerPlace(part.index)),
      logicalSwitch: `${path}#uplink`,
      switchTunnelKey: LINK_PORTS.outer(part.index),
      role: RouterPort_Role.ROUTER_LINK,
      node: part.candidates[0] ?? '',
    });
    parts.links.push([bundle, bundles.router(part.router)]);
    for (const network of advertised) {
      const family = familyOf(network);
      parts.route(`${path}#${network}@${part.index}`, bundles.service(part.router), part.router, network, [
        { address: addressAt(uplink.link, family, INNER), distance: 1 },
      ]);
    }
  }
  for (const family of [4, 6] as const) {
    const hops = (tier0?.service ?? []).map(({ index }, place) => ({
      address: addressAt(uplink.link, family, outerPlace(index)),
      distance: tier0?.activeStandby ? 1 + place : 1,
      bfd: (tier0?.service.length ?? 0) > 1,
    }));
    if (hops.length > 0) parts.route(`${path}#default-${family}`, own ? bundles.service(own.router) : bundles.domain(path), outer, EVERYTHING[family], hops);
  }
}

const EVERYTHING: Readonly<Record<Family, string>> = { 4: '0.0.0.0/0', 6: '::/0' };

export function familyOf(network: string): Family {
  return parseBlock(network)?.family ?? 4;
}

/** Gathers what a gateway becomes. */
class Parts {
  readonly contributions: Contribution[] = [];
  readonly links: Link[] = [];
  readonly wants: (readonly [node: string, bundle: string])[] = [];
  readonly problems: Output['problems'][number][] = [];
  private readonly keys: ReturnType<typeof gatewayKeys>;

  constructor(private readonly facts: GatewayFacts) {
    this.keys = gatewayKeys(facts.block);
  }

  /** The part that is on every node of the gateway's domain at once. */
  distributed(): void {
    const { path, name } = this.facts;
    const router = { name, tunnelKey: this.keys.distributed, role: Router_Role.DISTRIBUTED };
    this.contributions.push({ kind: ResourceKind.ROUTER, key: path, bundle: bundles.domain(path), body: { $case: 'router', value: router } });
  }

  /**
   * The parts that are on one edge at a time. The candidates get all of the gateway; others only learn where it is.
   * @param seenFrom bundle whose nodes reach these parts through an internal link
   */
  serviceParts(seenFrom: string | undefined): void {
    const { path, name, service, preemptive } = this.facts;
    for (const { router, tunnelKey, candidates } of service) {
      const bundle = bundles.router(router);
      this.contributions.push(
        { kind: ResourceKind.ROUTER, key: router, bundle, body: { $case: 'router', value: { name, tunnelKey, role: Router_Role.SERVICE } } },
        { kind: ResourceKind.CHASSIS_BINDING, key: router, bundle, body: { $case: 'chassisBinding', value: { router, candidates, preemptive } } },
      );
      for (const node of candidates) {
        this.links.push([bundle, bundles.tunnel(node)]);
        this.wants.push([node, bundles.service(router)]);
      }
      this.links.push([bundles.service(router), bundle]);
      if (seenFrom) this.links.push([seenFrom, bundle], [bundles.service(router), bundles.domain(path)]);
    }
  }

  /** Joins the distributed part to the service parts: outward by default, inward to what is connected. */
  internalLink(connected: readonly string[]): void {
    const { path, service, internalSubnets, activeStandby } = this.facts;
    const link = internalLink(internalSubnets);
    const bundle = bundles.domain(path);
    const key = this.keys.internalLink;
    const logicalSwitch = `${path}#link`;
    this.switch(logicalSwitch, key, bundle);
    const common = { logicalSwitch, tunnelKey: LINK_PORTS.internalLink, role: RouterPort_Role.INTERNAL_LINK };
    this.port(`${path}#link`, bundle, {
      ...common,
      router: path,
      mac: linkMac.inner(key),
      networks: networksAt(link, INNER),
      switchTunnelKey: LINK_PORTS.inner,
    });
    for (const part of service) {
      this.port(`${path}#link-${part.index}`, bundle, {
        ...common,
        router: part.router,
        mac: linkMac.outer(key, part.index),
        networks: networksAt(link, outerPlace(part.index)),
        switchTunnelKey: LINK_PORTS.outer(part.index),
        node: nodeOf(part),
      });
      for (const network of connected) {
        const inward = { address: addressAt(link, familyOf(network), INNER), distance: 1 };
        this.route(`${path}#link-${network}@${part.index}`, bundles.service(part.router), part.router, network, [inward]);
      }
    }
    for (const family of [4, 6] as const) {
      const hops = service.map(({ index }, place) => ({
        address: addressAt(link, family, outerPlace(index)),
        distance: activeStandby ? 1 + place : 1,
        bfd: service.length > 1,
      }));
      this.route(`${path}#outward-${family}`, bundle, path, EVERYTHING[family], hops);
    }
  }

  switch(key: string, tunnelKey: number, bundle: string): void {
    const value = { name: key, tunnelKey, transportZone: '', vlans: [], adminUp: true, transit: true, multicastSnooping: false };
    this.contributions.push({ kind: ResourceKind.LOGICAL_SWITCH, key, bundle, body: { $case: 'logicalSwitch', value } });
  }

  port(key: string, bundle: string, fields: Partial<RouterPort>): void {
    this.contributions.push(routerPort(key, bundle, fields));
  }

  route(
    key: string,
    bundle: string,
    router: string,
    network: string,
    hops: readonly (Partial<StaticRoute_NextHop> & { address: string; distance: number })[],
  ): void {
    this.contributions.push(staticRoute(key, bundle, router, network, hops));
  }

  output(): Output {
    return { ...NOTHING, contributions: this.contributions, links: this.links, wants: this.wants, problems: this.problems };
  }
}

/** The edge of a part that never moves; empty for one that does. */
export function nodeOf({ edge, candidates }: ServicePart): string {
  return edge === undefined ? '' : (candidates[0] ?? '');
}

export function routerPort(key: string, bundle: string, fields: Partial<RouterPort>): Contribution {
  const value: RouterPort = {
    router: '',
    tunnelKey: 0,
    mac: '',
    networks: [],
    logicalSwitch: '',
    switchTunnelKey: 0,
    role: RouterPort_Role.DOWNLINK,
    mtu: 0,
    strictSourceCheck: false,
    advertisement: undefined,
    node: '',
    ...fields,
  };
  return { kind: ResourceKind.ROUTER_PORT, key, bundle, body: { $case: 'routerPort', value } };
}

export function staticRoute(
  key: string,
  bundle: string,
  router: string,
  network: string,
  hops: readonly (Partial<StaticRoute_NextHop> & { readonly address: string; readonly distance: number })[],
  external = false,
): Contribution {
  const nextHops = hops.map((hop) => ({ routerPort: '', bfd: false, bfdTimers: undefined, ...hop }));
  return { kind: ResourceKind.STATIC_ROUTE, key, bundle, body: { $case: 'staticRoute', value: { router, network, nextHops, external } } };
}

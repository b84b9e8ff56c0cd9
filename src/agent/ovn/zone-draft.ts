import type { DhcpOptions, NodeResource, ResourceId, RouterPort, SwitchPort } from '../../realization/resources.pb.js';
import { ForwardingView, type Keyed } from '../forwarding-view.js';
import type { Watch } from '../haproxy/watches.js';
import type { BgpSite } from './bgp-site.js';
import type { Cable } from './cables.js';
import type { LearnedRoutes } from './learned-routes.js';
import type { Findings } from './member-watch.js';
import type { WantedRow } from './rows.js';
import type { RelayLeg, Site } from './site.js';

/** Why a resource is not in the zone. */
export interface ZoneProblem {
  readonly resource: ResourceId;
  readonly reason: string;
}

/** Gathers what the parts of a zone are made of. */
export class ZoneDraft {
  readonly view: ForwardingView;
  readonly rows: WantedRow[] = [];
  readonly remotePorts = new Map<string, string>();
  readonly problems: ZoneProblem[] = [];
  readonly limits: string[] = [];
  readonly dhcp = new Map<string, DhcpOptions>();
  private readonly balancers = new Map<string, string[]>();
  private readonly dnsRecords = new Map<string, string[]>();
  readonly sites: Site[] = [];
  private readonly legs = new Map<string, RelayLeg[]>();
  readonly speakers: BgpSite[] = [];
  /** Static routes in whose place one that was learned is used. */
  readonly overruled = new Set<string>();
  /** Next hops that have a row of their watch. */
  readonly watchedHops = new Set<string>();
  private readonly watches = new Map<string, Watch[]>();
  /** This node's switch ports whose workloads are watched, and for which balancer. */
  readonly watchedPorts = new Map<string, string>();
  private portsByAddress: Map<string, Keyed<SwitchPort>[]> | undefined;
  readonly cables: Cable[] = [];
  /** Router ports that are behind a firewall: their link is a cable away. */
  readonly guarded = new Set<string>();
  /** Routers with a firewall that keeps something out. */
  readonly filtering = new Set<string>();
  readonly addressSets = new Map<string, readonly string[]>();

  constructor(
    readonly resources: readonly NodeResource[],
    readonly node: string,
    readonly at: Date,
    readonly findings: Findings,
    readonly learned: LearnedRoutes,
    /** Nodes that BFD says are dead; this node itself when it is cut off from the others. */
    private readonly dead: ReadonlySet<string>,
    /** Priorities that access lists have, by the names of their rows: they keep them where they can. */
    readonly priorities: ReadonlyMap<string, number>,
  ) {
    this.view = new ForwardingView(resources);
    for (const { key, body } of resources) if (body?.$case === 'addressSet') this.addressSets.set(key, body.value.addresses);
  }

  /** Keys of the balancers of a switch or a router; more may be added. */
  balancersAt(place: string): string[] {
    const present = this.balancers.get(place) ?? [];
    this.balancers.set(place, present);
    return present;
  }

  /** Keys of the names of a switch; more may be added. */
  dnsRecordsAt(logicalSwitch: string): string[] {
    const present = this.dnsRecords.get(logicalSwitch) ?? [];
    this.dnsRecords.set(logicalSwitch, present);
    return present;
  }

  /** Pools that are watched from a router's site; more may be added. */
  watchesAt(router: string): Watch[] {
    const present = this.watches.get(router) ?? [];
    this.watches.set(router, present);
    return present;
  }

  /** Routers from whose sites something is watched. */
  get watchingRouters(): Iterable<string> {
    return this.watches.keys();
  }

  /** Ports on segments of a router's site that relays DHCP; more may be added. */
  legsAt(router: string): RelayLeg[] {
    const present = this.legs.get(router) ?? [];
    this.legs.set(router, present);
    return present;
  }

  /** Routers from whose sites DHCP is relayed. */
  get relayingRouters(): Iterable<string> {
    return this.legs.keys();
  }

  /** This node's ports with an address. */
  localPortsOf(address: string): readonly Keyed<SwitchPort>[] {
    this.portsByAddress ??= indexed([...this.view.ports.values()].filter(({ node }) => node === this.node));
    return this.portsByAddress.get(address) ?? [];
  }

  /** This node's ports in a group. */
  localPortsOfGroup(group: string): string[] {
    return [...(this.view.portGroups.get(group) ?? [])].filter((port) => this.view.ports.get(port)?.node === this.node);
  }

  /** Whether a router is on this node: a distributed one always, a service router on the edge that holds it. */
  isHere(router: string): boolean {
    return this.holderOf(router) === this.node;
  }

  /** Nodes whose routers would come to this one if they died. */
  get rivals(): ReadonlySet<string> {
    const awaited = [...this.view.bindings.values()].filter(({ router, candidates }) => candidates.includes(this.node) && !this.isHere(router));
    return new Set(awaited.flatMap(({ candidates }) => candidates).filter((node) => node !== this.node));
  }

  /** The node that a router is on: of its candidates the best one that lives, or the best where none does. */
  holderOf(router: string): string | undefined {
    const binding = this.view.bindings.get(router);
    if (!binding) return this.node;
    const { candidates } = binding;
    return candidates.find((node) => !this.dead.has(node)) ?? candidates.find((node) => this.keeps(node));
  }

  /** The node that a port of a router is on; undefined while it is on none. */
  nodeOf({ node, router }: Pick<RouterPort, 'node' | 'router'>): string | undefined {
    return node === '' ? this.holderOf(router) : this.keeps(node) ? node : undefined;
  }

  lives(node: string | undefined): boolean {
    return node !== undefined && !this.dead.has(node);
  }

  /** A node that is cut off keeps nothing: the others have taken over, and what comes in from outside is to go to them. */
  private keeps(node: string): boolean {
    return node !== this.node || !this.dead.has(node);
  }

  refuse({ kind, key }: ResourceId, reason: string): void {
    this.problems.push({ resource: { kind, key }, reason });
  }
}

function indexed(ports: readonly Keyed<SwitchPort>[]): Map<string, Keyed<SwitchPort>[]> {
  const found = new Map<string, Keyed<SwitchPort>[]>();
  for (const port of ports) for (const address of new Set(port.addresses.flatMap(({ ips }) => ips))) found.set(address, [...(found.get(address) ?? []), port]);
  return found;
}

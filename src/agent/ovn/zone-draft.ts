import type { DhcpOptions, NodeResource, ResourceId } from '../../realization/resources.pb.js';
import { ForwardingView } from '../forwarding-view.js';
import type { ProxySite } from './proxy-site.js';
import type { WantedRow } from './rows.js';

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
  readonly proxies: ProxySite[] = [];
  readonly addressSets = new Map<string, readonly string[]>();

  constructor(
    readonly resources: readonly NodeResource[],
    readonly node: string,
    readonly at: Date,
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

  /** Whether a router is on this node: a distributed one always, a service router on the edge that holds it. */
  isHere(router: string): boolean {
    return this.holderOf(router) === this.node;
  }

  holderOf(router: string): string | undefined {
    const binding = this.view.bindings.get(router);
    return binding ? binding.candidates[0] : this.node;
  }

  refuse({ kind, key }: ResourceId, reason: string): void {
    this.problems.push({ resource: { kind, key }, reason });
  }
}

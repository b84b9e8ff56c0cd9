import {
  type AddressSet,
  type ChassisBinding,
  type DhcpRelay,
  type DnsForwarder,
  type FirewallRule,
  type FirewallRuleSet,
  FirewallRuleSet_Place,
  type Layer4Balancer,
  type Layer7Balancer,
  type LogicalSwitch,
  type NatRule,
  type NodeResource,
  type Router,
  type RouterPort,
  RouterPort_Role,
  type StaticRoute,
  type SwitchPort,
} from '../realization/resources.pb.js';
import { AddressMatcher } from './address-matcher.js';

/** A resource's body with its key. */
export type Keyed<T> = T & { readonly key: string };

/**
 * The resources of a node arranged as a packet meets them. Made anew when something has changed and is asked: a few milliseconds
 * for a few thousand resources, where keeping every index up to date would be paid by each of a thousand simulated nodes.
 */
export class ForwardingView {
  readonly switches = new Map<string, Keyed<LogicalSwitch>>();
  readonly ports = new Map<string, Keyed<SwitchPort>>();
  readonly portsOfSwitch = new Map<string, Keyed<SwitchPort>[]>();
  readonly routers = new Map<string, Keyed<Router>>();
  readonly routerPorts = new Map<string, Keyed<RouterPort>>();
  readonly routerPortsOfSwitch = new Map<string, Keyed<RouterPort>[]>();
  readonly routerPortsOfRouter = new Map<string, Keyed<RouterPort>[]>();
  readonly bindings = new Map<string, Keyed<ChassisBinding>>();
  readonly routes = new Map<string, Keyed<StaticRoute>[]>();
  readonly natRules = new Map<string, Keyed<NatRule>[]>();
  readonly nameServers = new Map<string, Keyed<DnsForwarder>[]>();
  readonly relays = new Map<string, Keyed<DhcpRelay>>();
  /** By router, or by the port group that they serve. */
  readonly layer4 = new Map<string, Keyed<Layer4Balancer>[]>();
  readonly layer7 = new Map<string, Keyed<Layer7Balancer>[]>();
  readonly portGroups = new Map<string, ReadonlySet<string>>();
  /** In the order in which their rules are tried. */
  readonly distributedRules: Keyed<FirewallRuleSet>[] = [];
  readonly gatewayRules: Keyed<FirewallRuleSet>[] = [];
  private readonly addressSets = new Map<string, AddressSet>();

  constructor(resources: Iterable<NodeResource>) {
    for (const { key, body } of resources) this.add(key, body);
    for (const rules of this.natRules.values()) rules.sort((a, b) => a.sequence - b.sequence || byText(a.key, b.key));
    for (const sets of [this.distributedRules, this.gatewayRules]) sets.splice(0, sets.length, ...inOrder(sets));
  }

  switchByTunnelKey(tunnelKey: number): Keyed<LogicalSwitch> | undefined {
    for (const entry of this.switches.values()) if (entry.tunnelKey === tunnelKey) return entry;
    return undefined;
  }

  addressSet(key: string): AddressMatcher | undefined {
    const set = this.addressSets.get(key);
    return set && matcherOf(set);
  }

  private add(key: string, body: NodeResource['body']): void {
    switch (body?.$case) {
      case 'addressSet':
        this.addressSets.set(key, body.value);
        return;
      case 'logicalSwitch':
        this.switches.set(key, { ...body.value, key });
        return;
      case 'switchPort': {
        const port = { ...body.value, key };
        this.ports.set(key, port);
        push(this.portsOfSwitch, port.logicalSwitch, port);
        return;
      }
      case 'portGroup':
        this.portGroups.set(key, new Set(body.value.ports));
        return;
      case 'router':
        this.routers.set(key, { ...body.value, key });
        return;
      case 'chassisBinding':
        this.bindings.set(body.value.router, { ...body.value, key });
        return;
      case 'routerPort': {
        const port = { ...body.value, key };
        this.routerPorts.set(key, port);
        push(this.routerPortsOfSwitch, port.logicalSwitch, port);
        push(this.routerPortsOfRouter, port.router, port);
        return;
      }
      case 'staticRoute':
        push(this.routes, body.value.router, { ...body.value, key });
        return;
      case 'dnsForwarder':
        push(this.nameServers, body.value.router, { ...body.value, key });
        return;
      case 'dhcpRelay':
        this.relays.set(key, { ...body.value, key });
        return;
      case 'natRule':
        push(this.natRules, body.value.router, { ...body.value, key });
        return;
      case 'firewallRuleSet':
        (body.value.place === FirewallRuleSet_Place.DISTRIBUTED ? this.distributedRules : this.gatewayRules).push({ ...body.value, key });
        return;
      case 'layer4Balancer':
        push(this.layer4, body.value.router || body.value.portGroup, { ...body.value, key });
        return;
      case 'layer7Balancer':
        push(this.layer7, body.value.router, { ...body.value, key });
        return;
      default:
    }
  }
}

/**
 * Whether a port of a service router leads inward: to the distributed part, or from a tier-0 to a tier-1. The tier-0's end of that link is
 * on one edge, the tier-1's is not.
 */
export function leadsInward({ role, node }: RouterPort): boolean {
  return role === RouterPort_Role.INTERNAL_LINK || (role === RouterPort_Role.ROUTER_LINK && node !== '');
}

/** Address sets are large and seldom change: each is taken apart once, when it is first asked. */
const matchers = new WeakMap<AddressSet, AddressMatcher>();

function matcherOf(set: AddressSet): AddressMatcher {
  const known = matchers.get(set);
  if (known) return known;
  const matcher = new AddressMatcher(set.addresses);
  matchers.set(set, matcher);
  return matcher;
}

function push<T>(map: Map<string, T[]>, key: string, value: T): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}

/**
 * Sets in the order in which their rules are tried. Rules of one policy that are applied to different things are in several sets: such a
 * set comes in as many parts as it takes to have the rules of all of them in order.
 */
function inOrder(sets: readonly Keyed<FirewallRuleSet>[]): Keyed<FirewallRuleSet>[] {
  const sorted = [...sets].sort(byPrecedence);
  const parts: Keyed<FirewallRuleSet>[] = [];
  for (let first = 0, next = 0; first < sorted.length; first = next) {
    const policy = sorted[first] as Keyed<FirewallRuleSet>;
    do next += 1;
    while (next < sorted.length && byPrecedence(policy, sorted[next] as Keyed<FirewallRuleSet>) === 0);
    parts.push(...(next - first === 1 ? [policy] : interleaved(sorted.slice(first, next))));
  }
  return parts;
}

function interleaved(sets: readonly Keyed<FirewallRuleSet>[]): Keyed<FirewallRuleSet>[] {
  const rules = sets.flatMap((set) => set.rules.map((rule) => ({ set, rule })));
  rules.sort((a, b) => a.rule.sequence - b.rule.sequence || byText(a.rule.key, b.rule.key));
  const parts: { readonly set: Keyed<FirewallRuleSet>; readonly rules: FirewallRule[] }[] = [];
  for (const { set, rule } of rules) {
    const last = parts.at(-1);
    if (last?.set === set) last.rules.push(rule);
    else parts.push({ set, rules: [rule] });
  }
  return parts.map((part) => ({ ...part.set, rules: part.rules }));
}

function byPrecedence(a: Keyed<FirewallRuleSet>, b: Keyed<FirewallRuleSet>): number {
  return a.category - b.category || a.policySequence - b.policySequence || byText(a.policy, b.policy);
}

function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

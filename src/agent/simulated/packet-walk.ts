import {
  type Packet,
  type TracePacket,
  type TraceResult,
  TraceResult_Verdict,
  type TraceStep,
  type TunnelEntry,
  type TunnelExit,
} from '../../agents/session.pb.js';
import {
  FirewallRule_Direction,
  type LogicalSwitch,
  NatRule_FirewallMatch,
  type PortAddress,
  Router_Role,
  type RouterPort,
  RouterPort_Role,
  type SwitchPort,
} from '../../realization/resources.pb.js';
import { type ForwardingView, type Keyed, leadsInward } from '../forwarding-view.js';
import { type BalancerChoice, balance } from './balancing.js';
import { type Decision, decideAtPort, decideAtRouter, type FirewallQuestion } from './firewall.js';
import { familyOf, inPorts, isMulticast, TCP, UDP } from './packet-matching.js';
import { hasOwnAddress, onLink, routeTo } from './routing.js';
import { type Translation, translateDestination, translateSource } from './translation.js';

/** Switches and routers that one packet may cross on one node. */
const CROSSING_LIMIT = 64;
const DEFAULT_HOP_LIMIT = 64;
const DHCP_SERVER_PORT = 67;
const NAME_SERVER_PORT = 53;

/** Follows one packet over one node. The pipeline is OVN's: filters at the ports, routing and translation in the routers. */
export class PacketWalk {
  private readonly steps: TraceStep[] = [];
  private readonly exits: TunnelExit[] = [];
  private verdict = TraceResult_Verdict.VERDICT_UNSPECIFIED;
  private crossings = 0;

  constructor(
    private readonly view: ForwardingView,
    private readonly node: string,
  ) {}

  run({ packet: given, from }: TracePacket): TraceResult {
    if (!given || !from) throw new Error('a question needs a packet and where it enters');
    const packet = { ...given, hopLimit: given.hopLimit || DEFAULT_HOP_LIMIT };
    if (from.$case === 'port') this.fromPort(from.value, packet);
    else if (from.$case === 'tunnel') this.fromTunnel(from.value, packet);
    else this.fromUplink(from.value, packet);
    return { verdict: this.verdict, steps: this.steps, exits: this.exits };
  }

  private fromPort(key: string, packet: Packet): void {
    const port = this.view.ports.get(key);
    if (!port || port.node !== this.node) return this.drop(key, 'the port is not on this node', packet);
    const sw = this.view.switches.get(port.logicalSwitch);
    if (!sw?.adminUp || !port.adminUp) return this.drop(key, 'the port or its switch is down', packet);
    const sent = { ...packet, sourceMac: packet.sourceMac || macOf(port) };
    this.step('INGRESS', key, 'sent by the workload', sent);
    if (port.addressCheck && !port.addresses.some((address) => mayUse(address, sent))) {
      this.step('SOURCE_CHECK', key, 'the source is not one of the addresses of the port', sent);
      return this.drop(key, 'the source is not one of the addresses of the port', sent);
    }
    if (!this.passes(decideAtPort(this.view, key, { packet: sent, direction: FirewallRule_Direction.OUT }), key, 'OUT', sent)) return;
    const options = familyOf(sent) === 6 ? port.dhcpV6 : port.dhcpV4;
    if (options && sent.protocol === UDP && sent.destinationPort === DHCP_SERVER_PORT) return this.answer(options, 'DHCP is answered on the node', sent);
    const balanced = this.balancedAtPort(key, sent);
    if (balanced !== 'ended') this.cross(sw, balanced, port.tunnelKey);
  }

  private fromTunnel({ datapath, ingressPort, egressPort }: TunnelEntry, packet: Packet): void {
    const sw = this.view.switchByTunnelKey(datapath);
    if (!sw) return this.drop(String(datapath), 'no switch of this node has the key', packet);
    this.step('TUNNEL_INGRESS', sw.key, 'came through a tunnel', packet);
    if (egressPort === 0) return this.cross(sw, packet, ingressPort, true);
    const port = this.view.portsOfSwitch.get(sw.key)?.find(({ tunnelKey }) => tunnelKey === egressPort);
    if (port) return this.toPort(sw, port, packet, ingressPort);
    const routerPort = this.view.routerPortsOfSwitch.get(sw.key)?.find(({ switchTunnelKey }) => switchTunnelKey === egressPort);
    if (routerPort) return this.intoRouter(sw, routerPort, packet, ingressPort);
    this.drop(sw.key, `no port of the switch has the key ${egressPort}`, packet);
  }

  private fromUplink(key: string, packet: Packet): void {
    const port = this.view.routerPorts.get(key);
    if (port?.role !== RouterPort_Role.UPLINK || (port.node && port.node !== this.node)) return this.drop(key, 'the uplink is not on this node', packet);
    this.step('INGRESS', key, 'came from the physical network', packet);
    this.route(port, packet);
  }

  /** Through a switch, to whoever has the destination's address. */
  private cross(sw: Keyed<LogicalSwitch>, packet: Packet, ingressPort: number, fromTunnel = false): void {
    if (this.tooLong(sw.key, packet)) return;
    const addressed = packet.destinationMac ? packet : { ...packet, destinationMac: this.neighbour(sw, packet) };
    if (!addressed.destinationMac) return this.drop(sw.key, `nobody on the switch answers for ${packet.destinationAddress}`, packet);
    this.step('SWITCH', sw.key, `to ${addressed.destinationMac}`, addressed);
    if (isMulticast(addressed)) return this.flood(sw, addressed, ingressPort, fromTunnel);
    const routerPort = this.view.routerPortsOfSwitch.get(sw.key)?.find(({ mac }) => mac === addressed.destinationMac);
    if (routerPort) return this.intoRouter(sw, routerPort, addressed, ingressPort);
    const port = this.view.portsOfSwitch.get(sw.key)?.find(({ addresses }) => addresses.some(({ mac }) => mac === addressed.destinationMac));
    if (port) return this.toPort(sw, port, addressed, ingressPort);
    this.drop(sw.key, `no port of the switch has ${addressed.destinationMac}`, addressed);
  }

  /** What address resolution would find: the owner of the address on the switch, or the gateway of the sender. */
  private neighbour(sw: Keyed<LogicalSwitch>, { sourceAddress, destinationAddress }: Packet): string {
    const owner = this.view.portsOfSwitch
      .get(sw.key)
      ?.flatMap(({ addresses }) => addresses)
      .find(({ ips }) => ips.includes(destinationAddress));
    if (owner?.mac) return owner.mac;
    const routerPorts = this.view.routerPortsOfSwitch.get(sw.key) ?? [];
    const own = routerPorts.find((port) => hasOwnAddress(port, destinationAddress));
    if (own) return own.mac;
    const gateway = routerPorts.find((port) => onLink(port, sourceAddress));
    return gateway && !onLink(gateway, destinationAddress) ? gateway.mac : '';
  }

  private flood(sw: Keyed<LogicalSwitch>, packet: Packet, ingressPort: number, fromTunnel: boolean): void {
    const nodes = new Set<string>();
    for (const port of this.view.portsOfSwitch.get(sw.key) ?? []) {
      if (port.tunnelKey === ingressPort) continue;
      if (port.node === this.node) this.toPort(sw, port, packet, ingressPort);
      else if (port.node && !fromTunnel) nodes.add(port.node);
    }
    for (const node of nodes) this.tunnel(node, sw, ingressPort, 0, packet);
  }

  private toPort(sw: Keyed<LogicalSwitch>, port: Keyed<SwitchPort>, packet: Packet, ingressPort: number): void {
    if (!port.node) return this.drop(port.key, 'nothing is plugged into the port', packet);
    if (port.node !== this.node) return this.tunnel(port.node, sw, ingressPort, port.tunnelKey, packet);
    if (!port.adminUp || !sw.adminUp) return this.drop(port.key, 'the port or its switch is down', packet);
    if (!this.passes(decideAtPort(this.view, port.key, { packet, direction: FirewallRule_Direction.IN }), port.key, 'IN', packet)) return;
    this.step('DELIVER', port.key, 'received by the workload', packet);
    this.end(TraceResult_Verdict.DELIVERED);
  }

  private intoRouter(sw: Keyed<LogicalSwitch>, port: Keyed<RouterPort>, packet: Packet, ingressPort: number): void {
    const holder = port.node || this.holderOf(port.router);
    if (!holder) return this.drop(port.router, 'no edge holds the router', packet);
    if (holder !== this.node) return this.tunnel(holder, sw, ingressPort, port.switchTunnelKey, packet);
    this.route(port, packet);
  }

  /** The node that runs a router: this one where it is distributed, else the first edge of its binding. */
  private holderOf(router: string): string | undefined {
    return this.view.routers.get(router)?.role === Router_Role.SERVICE ? this.view.bindings.get(router)?.candidates[0] : this.node;
  }

  private route(ingress: Keyed<RouterPort>, arrived: Packet): void {
    const router = ingress.router;
    if (this.tooLong(router, arrived)) return;
    if (arrived.hopLimit <= 1) return this.drop(router, 'the hop limit is used up', arrived);
    const { view } = this;
    const service = view.routers.get(router)?.role === Router_Role.SERVICE;
    const fromOutside = service && !leadsInward(ingress);
    const natRules = view.natRules.get(router) ?? [];
    let packet: Packet = { ...arrived, hopLimit: arrived.hopLimit - 1 };

    if (ingress.strictSourceCheck && routeTo(view, router, packet.sourceAddress)?.port?.key !== ingress.key) {
      return this.drop(ingress.key, 'the way back to the source does not lead through this port', packet);
    }
    const destination = fromOutside ? translateDestination(natRules, ingress.key, packet) : undefined;
    if (destination) {
      this.translated(destination);
      packet = destination.packet;
    } else {
      const handled = this.balanced(router, packet);
      if (handled === 'ended') return;
      const nameServer = handled ? undefined : this.nameServerAt(router, packet);
      if (nameServer) return this.answer(nameServer, 'the name server answers, or asks another one', packet);
      if (handled) packet = handled;
      else if (view.routerPortsOfRouter.get(router)?.some((port) => hasOwnAddress(port, packet.destinationAddress))) {
        return this.answer(router, "the address is the router's own", packet);
      }
    }

    const choice = routeTo(view, router, packet.destinationAddress);
    if (!choice) return this.drop(router, `no route to ${packet.destinationAddress}`, packet);
    this.step('ROUTE', choice.by, choice.port ? `out through ${choice.port.key} to ${choice.nextHop}` : 'the route drops', packet);
    const egress = choice.port;
    if (!egress) return this.drop(choice.by, 'the route drops', packet);

    const toOutside = service && !leadsInward(egress);
    const source = toOutside ? translateSource(natRules, egress.key, packet) : undefined;
    if ((fromOutside || toOutside) && !this.passesGateway(router, [ingress.key, egress.key], fromOutside, arrived, packet, destination, source)) return;
    if (source) {
      this.translated(source);
      packet = source.packet;
    }
    this.leave(egress, choice.nextHop, packet);
  }

  /** The gateway firewall sees addresses as they are inside, unless the rule that translates them says otherwise. */
  private passesGateway(
    router: string,
    routerPorts: readonly string[],
    inbound: boolean,
    arrived: Packet,
    packet: Packet,
    destination: Translation | undefined,
    source: Translation | undefined,
  ): boolean {
    const matches = [destination, source].map((translation) => translation?.rule.firewallMatch);
    if (matches.includes(NatRule_FirewallMatch.BYPASS)) return true;
    const seen = {
      ...packet,
      ...(destination?.rule.firewallMatch === NatRule_FirewallMatch.EXTERNAL_ADDRESS
        ? { destinationAddress: arrived.destinationAddress, destinationPort: arrived.destinationPort }
        : {}),
      ...(source?.rule.firewallMatch === NatRule_FirewallMatch.EXTERNAL_ADDRESS ? { sourceAddress: source.packet.sourceAddress } : {}),
    };
    const direction: FirewallQuestion['direction'] = inbound ? FirewallRule_Direction.IN : FirewallRule_Direction.OUT;
    return this.passes(decideAtRouter(this.view, router, { packet: seen, direction, routerPorts }), router, inbound ? 'IN' : 'OUT', packet);
  }

  /** The packet as balancers that serve where connections begin leave it. */
  private balancedAtPort(port: string, packet: Packet): Packet | 'ended' {
    for (const [group, ports] of this.view.portGroups) {
      const choice = ports.has(port) ? balance(this.view, group, packet) : undefined;
      if (choice) return this.chosen(choice, packet);
    }
    return packet;
  }

  private chosen(choice: BalancerChoice, packet: Packet): Packet | 'ended' {
    if ('refusal' in choice) {
      this.drop(choice.balancer.key, choice.refusal, packet);
      return 'ended';
    }
    this.step('BALANCER', choice.balancer.key, `to ${choice.member.address} of ${choice.pool.key}`, choice.packet);
    return choice.packet;
  }

  /** The packet on its way to a balancer's choice; `ended`: the balancer took it; undefined: none listens. */
  private balanced(router: string, packet: Packet): Packet | 'ended' | undefined {
    const choice = balance(this.view, router, packet);
    if (choice) return this.chosen(choice, packet);
    const proxy = this.view.layer7
      .get(router)
      ?.find(({ address, ports }) => packet.protocol === TCP && address === packet.destinationAddress && inPorts(ports, packet.destinationPort));
    if (!proxy) return undefined;
    this.answer(proxy.key, 'the layer-7 balancer takes the connection; what it does with it depends on the request', packet);
    return 'ended';
  }

  private nameServerAt(router: string, { protocol, destinationAddress, destinationPort }: Packet): string | undefined {
    if (destinationPort !== NAME_SERVER_PORT || (protocol !== UDP && protocol !== TCP)) return undefined;
    return this.view.nameServers.get(router)?.find(({ listener }) => listener === destinationAddress)?.key;
  }

  private leave(port: Keyed<RouterPort>, nextHop: string, packet: Packet): void {
    if (port.node && port.node !== this.node) return this.drop(port.key, `the port is on the edge ${port.node}, and nothing leads there from here`, packet);
    if (port.role === RouterPort_Role.UPLINK) {
      this.step('UPLINK', port.key, `left for ${nextHop}`, packet);
      return this.end(TraceResult_Verdict.UPLINK);
    }
    const sw = this.view.switches.get(port.logicalSwitch);
    if (!sw) return this.drop(port.key, 'the port leads nowhere', packet);
    const owner = this.neighbour(sw, { ...packet, sourceAddress: '', destinationAddress: nextHop });
    if (!owner) return this.drop(sw.key, `nobody on the switch answers for ${nextHop}`, packet);
    this.cross(sw, { ...packet, sourceMac: port.mac, destinationMac: owner }, port.switchTunnelKey);
  }

  private tunnel(node: string, sw: Keyed<LogicalSwitch>, ingressPort: number, egressPort: number, packet: Packet): void {
    this.step('TUNNEL', sw.key, sw.vlans[0] ? `to ${node} over VLAN ${sw.vlans[0].low}` : `to ${node} with key ${sw.tunnelKey}`, packet);
    this.exits.push({ node, entry: { node: this.node, datapath: sw.tunnelKey, ingressPort, egressPort }, packet });
    this.end(TraceResult_Verdict.TUNNELLED);
  }

  private passes({ action, rule }: Decision, place: string, direction: string, packet: Packet): boolean {
    if (rule) this.step('FIREWALL', rule, `${direction}: ${action}`, packet);
    else this.step('FIREWALL_DEFAULT', place, `${direction}: no rule matches, which allows`, packet);
    if (action === 'ALLOW') return true;
    this.step(action, rule ?? place, `${direction} at ${place}`, packet);
    this.end(action === 'DROP' ? TraceResult_Verdict.DROPPED : TraceResult_Verdict.REJECTED);
    return false;
  }

  private translated({ rule, packet }: Translation): void {
    this.step('NAT', rule.key, `${packet.sourceAddress} to ${packet.destinationAddress}`, packet);
  }

  private tooLong(place: string, packet: Packet): boolean {
    this.crossings += 1;
    if (this.crossings <= CROSSING_LIMIT) return false;
    this.drop(place, 'the packet runs in a circle', packet);
    return true;
  }

  private answer(resource: string, detail: string, packet: Packet): void {
    this.step('ANSWER', resource, detail, packet);
    this.end(TraceResult_Verdict.ANSWERED);
  }

  private drop(resource: string, detail: string, packet: Packet): void {
    this.step('DROP', resource, detail, packet);
    this.end(TraceResult_Verdict.DROPPED);
  }

  private step(kind: string, resource: string, detail: string, packet: Packet): void {
    this.steps.push({ kind, resource, detail, packet });
  }

  /** Of the ends of a flooded packet the best counts. */
  private end(verdict: TraceResult_Verdict): void {
    const rank = (one: TraceResult_Verdict): number => (one === TraceResult_Verdict.VERDICT_UNSPECIFIED ? RANKING.length : RANKING.indexOf(one));
    if (rank(verdict) < rank(this.verdict)) this.verdict = verdict;
  }
}

const RANKING = [
  TraceResult_Verdict.DELIVERED,
  TraceResult_Verdict.TUNNELLED,
  TraceResult_Verdict.UPLINK,
  TraceResult_Verdict.ANSWERED,
  TraceResult_Verdict.REJECTED,
  TraceResult_Verdict.DROPPED,
];

function macOf({ addresses }: SwitchPort): string {
  return addresses[0]?.mac ?? '';
}

function mayUse({ mac, ips }: PortAddress, packet: Packet): boolean {
  return (mac === '' || mac === packet.sourceMac) && (ips.length === 0 || ips.includes(packet.sourceAddress));
}

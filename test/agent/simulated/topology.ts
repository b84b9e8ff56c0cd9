import { ForwardingModel } from '../../../src/agent/simulated/forwarding-model.js';
import { type Packet, type TracePacket, type TraceResult, TraceResult_Verdict } from '../../../src/agents/session.pb.js';
import {
  BalancerMember_State,
  BalancerPool_Algorithm,
  BalancerPool_SourceTranslation,
  type FirewallRule,
  FirewallRule_Action,
  FirewallRule_Direction,
  FirewallRuleSet_Place,
  Layer4Balancer_Protocol,
  type NatRule,
  NatRule_Action,
  NatRule_FirewallMatch,
  type NodeResource,
  ResourceKind,
  Router_Role,
  type RouterPort,
  RouterPort_Role,
} from '../../../src/realization/resources.pb.js';
import { port, sw } from '../resources.js';

/**
 * Two hosts and an edge. Segments `web` (10.0.1.0/24) and `db` (10.0.2.0/24) hang on the distributed tier-1 `t1`; its service
 * router `t1-sr` on the edge `e1` has the uplink 192.0.2.2/24.
 *
 *   web1@h1 web2@h2        db1@h1
 *      \     /                |
 *      web(.1) ----- t1 ----- db(.1)
 *                    | 169.254.0.1
 *                 transit
 *                    | 169.254.0.2
 *                  t1-sr@e1 ---- uplink 192.0.2.2
 */
export function topology(): NodeResource[] {
  return [
    sw('web', 1, 101),
    sw('db', 1, 102),
    sw('transit', 1, 103),
    port('web1', 'web', 1, { node: 'h1', mac: mac(11), ips: ['10.0.1.11'], tunnelKey: 11 }),
    port('web2', 'web', 1, { node: 'h2', mac: mac(12), ips: ['10.0.1.12'], tunnelKey: 12 }),
    port('db1', 'db', 1, { node: 'h1', mac: mac(21), ips: ['10.0.2.21'], tunnelKey: 21 }),
    router('t1', Router_Role.DISTRIBUTED, 201),
    router('t1-sr', Router_Role.SERVICE, 202),
    resource(ResourceKind.CHASSIS_BINDING, 't1-sr', { $case: 'chassisBinding', value: { router: 't1-sr', candidates: ['e1', 'e2'], preemptive: true } }),
    routerPort('t1-web', { router: 't1', mac: mac(1), networks: ['10.0.1.1/24'], logicalSwitch: 'web', switchTunnelKey: 1 }),
    routerPort('t1-db', { router: 't1', mac: mac(1), networks: ['10.0.2.1/24'], logicalSwitch: 'db', switchTunnelKey: 1 }),
    routerPort('t1-link', {
      router: 't1',
      mac: mac(2),
      networks: ['169.254.0.1/30'],
      logicalSwitch: 'transit',
      switchTunnelKey: 1,
      role: RouterPort_Role.INTERNAL_LINK,
    }),
    routerPort('sr-link', {
      router: 't1-sr',
      mac: mac(3),
      networks: ['169.254.0.2/30'],
      logicalSwitch: 'transit',
      switchTunnelKey: 2,
      role: RouterPort_Role.INTERNAL_LINK,
    }),
    routerPort('uplink', { router: 't1-sr', mac: mac(4), networks: ['192.0.2.2/24'], role: RouterPort_Role.UPLINK, node: 'e1' }),
    route('t1-default', 't1', '0.0.0.0/0', '169.254.0.2'),
    route('sr-inside', 't1-sr', '10.0.0.0/16', '169.254.0.1'),
    route('sr-default', 't1-sr', '0.0.0.0/0', '192.0.2.1'),
  ];
}

export function mac(last: number): string {
  return `02:00:00:00:00:${last.toString(16).padStart(2, '0')}`;
}

export function node(nodeId: string, ...resources: readonly NodeResource[]): ForwardingModel {
  const model = new ForwardingModel(nodeId);
  const problem = model.apply(resources.map((one) => ({ id: { kind: one.kind, key: one.key }, resource: one })));
  if (problem) throw new Error(`${problem.culprit.key}: ${problem.reason}`);
  return model;
}

export function packet(fields: Partial<Packet>): Packet {
  return {
    sourceMac: '',
    destinationMac: '',
    sourceAddress: '',
    destinationAddress: '',
    protocol: 6,
    sourcePort: 40000,
    destinationPort: 80,
    icmpType: 0,
    icmpCode: 0,
    hopLimit: 0,
    ...fields,
  };
}

export const from = {
  port: (value: string): TracePacket['from'] => ({ $case: 'port', value }),
  uplink: (value: string): TracePacket['from'] => ({ $case: 'uplink', value }),
};

export function trace(model: ForwardingModel, start: TracePacket['from'], fields: Partial<Packet>): TraceResult {
  return model.trace({ packet: packet(fields), from: start });
}

/** The end of a trace in a few words: verdict, and what decided. */
export function ending({ verdict, steps }: TraceResult): string {
  return `${TraceResult_Verdict[verdict]} ${steps.at(-1)?.resource}`;
}

export function router(key: string, role: Router_Role, tunnelKey: number): NodeResource {
  return resource(ResourceKind.ROUTER, key, { $case: 'router', value: { name: key, tunnelKey, role } });
}

export function routerPort(key: string, fields: Partial<RouterPort>): NodeResource {
  const value: RouterPort = {
    router: '',
    tunnelKey: 1,
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
  return resource(ResourceKind.ROUTER_PORT, key, { $case: 'routerPort', value });
}

export function route(key: string, owner: string, network: string, ...nextHops: readonly string[]): NodeResource {
  const hops = nextHops.map((address) => ({ address, distance: 1, routerPort: '', bfd: false, bfdTimers: undefined }));
  return resource(ResourceKind.STATIC_ROUTE, key, { $case: 'staticRoute', value: { router: owner, network, nextHops: hops, external: false } });
}

export function nat(key: string, action: NatRule_Action, fields: Partial<NatRule>): NodeResource {
  const value: NatRule = {
    router: 't1-sr',
    action,
    sources: [],
    destinations: [],
    translated: [],
    services: [],
    translatedPorts: '',
    sequence: 0,
    logged: false,
    firewallMatch: NatRule_FirewallMatch.INTERNAL_ADDRESS,
    routerPorts: [],
    ...fields,
  };
  return resource(ResourceKind.NAT_RULE, key, { $case: 'natRule', value });
}

export function group(key: string, ...ports: readonly string[]): NodeResource {
  return resource(ResourceKind.PORT_GROUP, key, { $case: 'portGroup', value: { ports } });
}

export function addresses(key: string, ...list: readonly string[]): NodeResource {
  return resource(ResourceKind.ADDRESS_SET, key, { $case: 'addressSet', value: { addresses: list } });
}

export function rule(key: string, action: FirewallRule_Action, fields: Partial<FirewallRule> = {}): FirewallRule {
  return {
    key,
    ruleId: 1,
    sequence: 1,
    action,
    direction: FirewallRule_Direction.IN_OUT,
    family: 0,
    sourceSets: [],
    sourceAddresses: [],
    sourcesExcluded: false,
    destinationSets: [],
    destinationAddresses: [],
    destinationsExcluded: false,
    services: [],
    attributes: [],
    logged: false,
    logLabel: '',
    routerPorts: [],
    ...fields,
  };
}

export interface PolicyFacts {
  readonly place?: FirewallRuleSet_Place;
  readonly category?: number;
  readonly sequence?: number;
  readonly appliedTo?: readonly string[];
  readonly stateful?: boolean;
  readonly tcpStrict?: boolean;
}

export function policy(key: string, facts: PolicyFacts, ...rules: readonly FirewallRule[]): NodeResource {
  const { place = FirewallRuleSet_Place.DISTRIBUTED, category = 1, sequence = 1, appliedTo = ['dfw'], stateful = true, tcpStrict = false } = facts;
  return resource(ResourceKind.FIREWALL_RULE_SET, key, {
    $case: 'firewallRuleSet',
    value: { place, category, policySequence: sequence, policy: key, stateful, tcpStrict, appliedTo, rules, schedule: undefined },
  });
}

export function balancer(key: string, address: string, members: readonly string[], algorithm = BalancerPool_Algorithm.ROUND_ROBIN): NodeResource {
  return resource(ResourceKind.LAYER4_BALANCER, key, {
    $case: 'layer4Balancer',
    value: {
      router: 't1-sr',
      address,
      protocol: Layer4Balancer_Protocol.TCP,
      ports: ['80'],
      pool: {
        key: `${key}-pool`,
        algorithm,
        members: members.map((member) => ({
          address: member,
          port: 8080,
          weight: 1,
          backup: false,
          state: BalancerMember_State.ENABLED,
          maxConnections: 0,
          dead: false,
        })),
        monitors: [],
        minActiveMembers: 0,
        sourceTranslation: BalancerPool_SourceTranslation.NONE,
        translationAddresses: [],
        multiplexed: false,
        multiplexedConnections: 0,
        passiveMonitor: undefined,
        memberPorts: [],
      },
      sorryPool: undefined,
      idleSeconds: 0,
      persistenceSeconds: 0,
      maxConnections: 0,
      maxNewConnectionsPerSecond: 0,
      accessList: undefined,
      portGroup: '',
      accessLog: false,
      accessLogFailuresOnly: false,
      closeSeconds: 0,
    },
  });
}

function resource(kind: ResourceKind, key: string, body: NodeResource['body']): NodeResource {
  return { kind, key, version: '1', body };
}

import {
  type FirewallRule,
  FirewallRule_Action,
  type FirewallRuleSet,
  NatRule_FirewallMatch,
  ResourceKind,
  type Router,
  Router_Role,
  type RouterPort,
  RouterPort_Role,
} from '../../realization/resources.pb.js';
import { type Keyed, leadsInward } from '../forwarding-view.js';
import { accessListRows, FIRST_PRIORITY, matchAt, setsInForce } from './access-lists.js';
import { hashOf, portGroupName, switchSide } from './names.js';
import { addressesOf } from './routing-rows.js';
import { References } from './rows.js';
import { among, insideOf } from './source-check-rows.js';
import type { ZoneDraft } from './zone-draft.js';

/**
 * The firewall of gateways, on the edge that holds their service router. OVN keeps track of connections at ports of machines, not of
 * routers. So each link that leads from such a router inward gets a switch of its own, which is joined to the link as a machine
 * would be, and the rules are access lists of the port through which it is. Only routers whose rules keep something out pay for it.
 *
 *   distributed part ── link ── port ═ cable ═ port ── switch ── service router ── outside
 *                                               ^ access lists
 */
export function gatewayFirewallRows(draft: ZoneDraft): void {
  const { view } = draft;
  const here = [...view.routers.values()].filter(({ key, role }) => role === Router_Role.SERVICE && draft.isHere(key));
  const sets = setsInForce(draft, view.gatewayRules).filter((set) => takes(draft, set, here));
  const filtering = here.filter(({ key }) => sets.some(({ appliedTo, rules }) => appliedTo.includes(key) && rules.some(stops)));
  for (const router of filtering) {
    routerRows(draft, router);
    accessListRows(draft, {
      sets: sets.filter(({ appliedTo }) => appliedTo.includes(router.key)),
      groupsOf: (_, rule) => (extent(draft, router.key, rule) === 'all' ? [router.key] : []),
      everywhere: router.key,
    });
  }
}

function stops({ action }: FirewallRule): boolean {
  return action !== FirewallRule_Action.ALLOW;
}

function takes(draft: ZoneDraft, { key, appliedTo, rules }: Keyed<FirewallRuleSet>, here: readonly Keyed<Router>[]): boolean {
  const chosen = here.some((router) => appliedTo.includes(router.key) && rules.some((rule) => extent(draft, router.key, rule) === 'some'));
  if (chosen) {
    const reason = 'OVN looks at what passes between the inside of a gateway and all of its interfaces, not at chosen ones';
    draft.refuse({ kind: ResourceKind.FIREWALL_RULE_SET, key }, reason);
  }
  return !chosen;
}

/** For how much of what a router joins to its inside a rule is. */
function extent({ view }: ZoneDraft, router: string, { routerPorts }: FirewallRule): 'all' | 'some' | 'none' {
  if (routerPorts.length === 0) return 'all';
  const outward = (view.routerPortsOfRouter.get(router) ?? []).filter(({ role }) => role === RouterPort_Role.UPLINK || role === RouterPort_Role.SERVICE);
  const named = outward.filter(({ key }) => routerPorts.includes(key)).length;
  return named === 0 ? 'none' : named === outward.length ? 'all' : 'some';
}

function routerRows(draft: ZoneDraft, { key }: Keyed<Router>): void {
  const { view } = draft;
  const owner = { kind: ResourceKind.ROUTER, key };
  const ports = view.routerPortsOfRouter.get(key) ?? [];
  const inward = ports.filter((port) => leadsInward(port) && port.networks.length > 0 && view.switches.has(port.logicalSwitch));
  const name = portGroupName(key);
  const doors = inward.map((port) => doorRows(draft, port));
  draft.rows.push({ table: 'Port_Group', name, owner, columns: { name, ports: new References('Logical_Switch_Port', doors) } });
  if (inward.length > 1) insideRows(draft, key);
  draft.filtering.add(key);
  if (ports.some(({ role }) => role === RouterPort_Role.SERVICE))
    draft.limits.push(`${key}: its firewall does not see what passes between its service interfaces and the outside`);
  if (view.layer4.has(key) || view.layer7.has(key))
    draft.limits.push(`${key}: its firewall sees what balancers pass on, and monitors, under the addresses behind them`);
  if (view.natRules.get(key)?.some(({ firewallMatch }) => firewallMatch !== NatRule_FirewallMatch.INTERNAL_ADDRESS))
    draft.limits.push(`${key}: its firewall sees the addresses of the inside, whatever the rules that translate them say`);
}

/** @returns name of the switch port that access lists are on */
function doorRows(draft: ZoneDraft, port: Keyed<RouterPort>): string {
  const owner = { kind: ResourceKind.ROUTER_PORT, key: port.key };
  const [sw, door, routerSide] = [`${port.key}#firewall`, `${port.key}#door`, `${port.key}#firewall-router`];
  const within = { table: 'Logical_Switch', name: sw, column: 'ports' };
  const others = (draft.view.routerPortsOfSwitch.get(port.logicalSwitch) ?? []).filter(({ key, networks }) => key !== port.key && networks.length > 0);
  draft.rows.push(
    { table: 'Logical_Switch', name: sw, owner, columns: { name: sw } },
    {
      table: 'Logical_Switch_Port',
      name: routerSide,
      owner,
      within,
      columns: { name: routerSide, type: 'router', addresses: ['router'], options: { 'router-port': port.key } },
    },
    { table: 'Logical_Switch_Port', name: door, owner, within, columns: { name: door, type: '', addresses: others.map(addressesOf) } },
  );
  draft.guarded.add(port.key);
  draft.cables.push({ name: `hc${hashOf(port.key, 11)}`, ends: [switchSide(port.key), door] });
  return door;
}

/** What passes from one link inward to another stays inside: the rules are for what comes from outside or goes there. */
function insideRows(draft: ZoneDraft, router: string): void {
  const networks = insideOf(draft, router);
  for (const [direction, end] of [
    ['from-lport', 'dst'],
    ['to-lport', 'src'],
  ] as const)
    draft.rows.push({
      table: 'ACL',
      name: `${router} inside ${direction}`,
      owner: { kind: ResourceKind.ROUTER, key: router },
      within: { table: 'Port_Group', name: portGroupName(router), column: 'acls' },
      columns: {
        priority: FIRST_PRIORITY,
        direction,
        match: matchAt(router, direction, among(end, networks)),
        action: 'allow-related',
        log: false,
        severity: [],
        name: [],
      },
    });
}

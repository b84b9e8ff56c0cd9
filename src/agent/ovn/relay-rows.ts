import { type DhcpRelay, ResourceKind, RouterPort_Role } from '../../realization/resources.pb.js';
import { isWithin } from '../../shared/address.js';
import type { Keyed } from '../forwarding-view.js';
import { FIRST_PRIORITY } from './access-lists.js';
import type { WantedRow } from './rows.js';
import { familyOf, SITE_LINK } from './site.js';
import type { ZoneDraft } from './zone-draft.js';

/** Priority of the policy that brings answers to the site: below those that drop what lies about its source. */
const ANSWER_PRIORITY = 900;

/** What DHCP looks like in OVN's words, by family: what a client asks, the answer to it, and what a server sends to a relay. */
const WORDS = {
  4: { question: 'ip4.dst == 255.255.255.255 && udp.src == 68 && udp.dst == 67', answer: 'udp.src == 67 && udp.dst == 68', serverPort: 67 },
  6: { question: 'ip6.dst == ff02::1:2 && udp.src == 546 && udp.dst == 547', answer: 'udp.src == 547 && udp.dst == 546', serverPort: 547 },
} as const;

/**
 * Relays of DHCP, on the nodes that hold their service routers: the router's site has a port on the segment, to which every node sends
 * the broadcasts of its workloads. Servers answer to the segment's gateway, which is on every node at once; where such an answer passes
 * the service router it is brought to the site.
 */
export function relayRows(draft: ZoneDraft): void {
  for (const relay of draft.view.relays.values()) {
    const sw = draft.view.switches.get(relay.logicalSwitch);
    if (!sw) continue;
    passRows(draft, relay);
    const holder = draft.holderOf(relay.router);
    const here = holder === draft.node;
    // What is beyond the physical network is found there, by its MAC address.
    if (!here && (holder === undefined || sw.vlans.length > 0)) continue;
    portRow(draft, relay, sw.adminUp, here ? undefined : holder);
    if (here) relayHere(draft, relay);
    else draft.remotePorts.set(relay.key, holder as string);
  }
}

function ownerOf({ key }: Keyed<DhcpRelay>): WantedRow['owner'] {
  return { kind: ResourceKind.DHCP_RELAY, key };
}

/** @param elsewhere the node that relays, where that is not this one */
function portRow(draft: ZoneDraft, relay: Keyed<DhcpRelay>, enabled: boolean, elsewhere: string | undefined): void {
  const { key, logicalSwitch, switchTunnelKey, mac, subnets } = relay;
  const own = [mac, linkLocalOf(mac)];
  draft.rows.push({
    table: 'Logical_Switch_Port',
    name: key,
    owner: ownerOf(relay),
    within: { table: 'Logical_Switch', name: logicalSwitch, column: 'ports' },
    columns: {
      name: key,
      type: '',
      addresses: [own.join(' ')],
      // Above all it cannot say that it were the gateway of IPv6.
      port_security: [[...own, ...subnets.flatMap(({ gateway }) => (familyOf(gateway) === 4 ? [gateway] : []))].join(' ')],
      enabled: [enabled],
      options: { 'requested-tnl-key': String(switchTunnelKey), ...(elsewhere === undefined ? {} : { 'requested-chassis': elsewhere }) },
    },
  });
}

function relayHere(draft: ZoneDraft, relay: Keyed<DhcpRelay>): void {
  const { key, router, logicalSwitch, mac, subnets } = relay;
  draft.legsAt(router).push({ key, mac, relays: subnets });
  // The gateway is elsewhere: nobody is to learn its address from this port, so nothing but answers leaves it, by ARP least of all.
  const from = `inport == ${JSON.stringify(key)}`;
  aclRow(draft, relay, 'speaks', 'from-lport', `${from} && (nd || (${WORDS[4].answer}) || (${WORDS[6].answer}))`, 'allow-stateless');
  aclRow(draft, relay, 'keeps silent', 'from-lport', from, 'drop', FIRST_PRIORITY - 1);
  for (const { gateway } of subnets) {
    const family = familyOf(gateway);
    draft.rows.push({
      table: 'Logical_Router_Policy',
      name: `${key} ${gateway}`,
      owner: ownerOf(relay),
      within: { table: 'Logical_Router', name: router, column: 'policies' },
      columns: {
        priority: ANSWER_PRIORITY,
        match: `ip${family}.dst == ${gateway} && udp.dst == ${WORDS[family].serverPort}`,
        action: 'reroute',
        nexthops: [SITE_LINK[family].site],
      },
    });
  }
  const distributed = (draft.view.routerPortsOfSwitch.get(logicalSwitch) ?? []).find(({ role }) => role === RouterPort_Role.DOWNLINK)?.router;
  const behind = (draft.view.routerPortsOfRouter.get(distributed ?? '') ?? []).filter(({ role }) => role === RouterPort_Role.DOWNLINK);
  for (const server of subnets.flatMap(({ servers }) => servers))
    if (behind.some(({ networks }) => networks.some((network) => isWithin(server, network))))
      draft.limits.push(`${key}: ${server} is behind ${distributed}, which takes its answers for its own: put it behind another gateway`);
}

/**
 * Requests and answers come through the distributed firewall: who relays them for a segment wants its workloads to have addresses, and an
 * answer comes from nobody that a workload has asked.
 */
function passRows(draft: ZoneDraft, relay: Keyed<DhcpRelay>): void {
  if (draft.view.distributedRules.length === 0) return;
  for (const { gateway } of relay.subnets) {
    const family = familyOf(gateway);
    const { question, answer } = WORDS[family];
    const source = family === 4 ? gateway : linkLocalOf(relay.mac);
    aclRow(draft, relay, `question ${gateway}`, 'from-lport', question, 'allow-stateless');
    aclRow(draft, relay, `answer ${gateway}`, 'to-lport', `ip${family}.src == ${source} && ${answer}`, 'allow-stateless');
  }
}

function aclRow(
  draft: ZoneDraft,
  relay: Keyed<DhcpRelay>,
  name: string,
  direction: 'from-lport' | 'to-lport',
  match: string,
  action: 'allow-stateless' | 'drop',
  priority = FIRST_PRIORITY,
): void {
  draft.rows.push({
    table: 'ACL',
    name: `${relay.key} ${name}`,
    owner: ownerOf(relay),
    within: { table: 'Logical_Switch', name: relay.logicalSwitch, column: 'acls' },
    columns: { priority, direction, match, action, log: false, severity: [], name: [] },
  });
}

/** The address of IPv6 that an interface with a MAC address gives itself. */
function linkLocalOf(mac: string): string {
  const [first = 0, second = 0, ...rest] = mac.split(':').map((byte) => Number.parseInt(byte, 16));
  const bytes = [first ^ 2, second, rest[0] ?? 0, 0xff, 0xfe, ...rest.slice(1)];
  const groups = [0, 2, 4, 6].map((at) => (((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0)).toString(16));
  return `fe80::${groups.join(':')}`;
}

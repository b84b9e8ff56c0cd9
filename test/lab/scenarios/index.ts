import { balancing } from './balancing.js';
import { balancingSix } from './balancing-six.js';
import { bgp } from './bgp.js';
import { dhcp } from './dhcp.js';
import { dns } from './dns.js';
import { fabric } from './fabric.js';
import { failover } from './failover.js';
import { faults } from './faults.js';
import { figures } from './figures.js';
import { firewall } from './firewall.js';
import { firewallDetails } from './firewall-details.js';
import { gatewayFirewall } from './gateway-firewall.js';
import { ipv6 } from './ipv6.js';
import { layerSeven } from './layer-seven.js';
import { members } from './members.js';
import { monitors } from './monitors.js';
import { nat } from './nat.js';
import { packets } from './packets.js';
import { relay } from './relay.js';
import { routing } from './routing.js';
import type { Scenario } from './scenario.js';
import { segments } from './segments.js';

export const SCENARIOS: readonly Scenario[] = [
  fabric,
  segments,
  routing,
  bgp,
  firewall,
  figures,
  firewallDetails,
  gatewayFirewall,
  dhcp,
  relay,
  dns,
  ipv6,
  faults,
  nat,
  balancing,
  members,
  monitors,
  layerSeven,
  balancingSix,
  failover,
  packets,
];

/** Scenarios of these names and what they build on, in order. @throws Error when there is none of a name */
export function chosen(names: readonly string[]): readonly Scenario[] {
  const wanted = new Set<Scenario>();
  const add = (scenario: Scenario): void => {
    wanted.add(scenario);
    for (const earlier of scenario.after) add(earlier);
  };
  for (const name of names) {
    const found = SCENARIOS.find((scenario) => scenario.name === name);
    if (!found) throw new Error(`the lab has no part ${name}; there are ${SCENARIOS.map((scenario) => scenario.name).join(', ')}`);
    add(found);
  }
  return SCENARIOS.filter((scenario) => wanted.has(scenario));
}

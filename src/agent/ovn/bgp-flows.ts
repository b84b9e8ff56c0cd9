import type { BgpPeer, BgpSite, BgpUplink } from './bgp-site.js';
import { bareAddress } from './names.js';

/** Numbers of the ports of a bridge of ours, by their names. */
export type PortNumbers = (port: string) => number | undefined;

const BGP = 179;
/** Over one hop, and over several. */
const BFD = [3784, 4784];
const TAKEN = 200;
const OTHERWISE = 100;

/**
 * Flows of the bridge between OVN and a physical network. What is BGP or BFD between an uplink and its neighbours goes to and comes from
 * the programs that speak it; answers about addresses go to both, because both have the same; all else is OVN's. Nothing is learned of
 * what the programs send: its MAC is that of OVN's router port.
 * @param outside name of the port to the physical network
 * @returns one flow a line, as `ovs-ofctl` reads them; ports that have no number yet are left out
 */
export function bgpFlows(sites: readonly BgpSite[], zone: string, outside: string, numberOf: PortNumbers): string[] {
  const flows = ['priority=0,actions=NORMAL'];
  const physical = numberOf(outside);
  if (physical === undefined) return flows;
  const listeners = new Map<number, number[]>();
  for (const { uplinks, peers, loopbacks } of sites) {
    for (const uplink of uplinks.filter((one) => one.zone === zone)) {
      const inside = numberOf(uplink.outside);
      if (inside === undefined) continue;
      listeners.set(uplink.vlan, [...(listeners.get(uplink.vlan) ?? []), inside]);
      for (const peer of peers) if (peer.uplinks.includes(uplink)) flows.push(...peerFlows(peer, uplink, physical, inside));
      flows.push(...questions([...uplink.networks, ...loopbacks], uplink, physical, inside));
    }
  }
  for (const [vlan, ports] of listeners) {
    const copies = ports.map((port) => `output:${port}`).join(',');
    for (const heard of ['arp', 'icmp6,icmp_type=136'])
      flows.push(`priority=${TAKEN},in_port=${physical},${tagged(vlan)},${heard},actions=NORMAL,${vlan === 0 ? '' : 'strip_vlan,'}${copies}`);
  }
  return flows.sort();
}

function peerFlows({ neighbor, addresses }: BgpPeer, { vlan }: BgpUplink, physical: number, inside: number): string[] {
  const { address, bfd } = neighbor;
  const six = address.includes(':');
  const [tcp, udp, source, destination] = six ? ['tcp6', 'udp6', 'ipv6_src', 'ipv6_dst'] : ['tcp', 'udp', 'nw_src', 'nw_dst'];
  const matches = [`${tcp},tp_dst=${BGP}`, `${tcp},tp_src=${BGP}`, ...(bfd ? BFD.map((port) => `${udp},tp_dst=${port}`) : [])];
  return addresses.flatMap((own) =>
    matches.flatMap((match) => [
      `priority=${TAKEN},in_port=${physical},${tagged(vlan)},${match},${source}=${address},${destination}=${own},actions=${vlan === 0 ? '' : 'strip_vlan,'}output:${inside}`,
      `priority=${TAKEN},in_port=${inside},${match},${source}=${own},${destination}=${address},actions=${tag(vlan)}output:${physical}`,
    ]),
  );
}

/** The programs may ask who has an address; answers to others are OVN's. */
function questions(networks: readonly string[], { vlan }: BgpUplink, physical: number, inside: number): string[] {
  const four = [...new Set(networks.map(bareAddress))].filter((address) => !address.includes(':'));
  return [
    ...four.map((own) => `priority=${TAKEN},in_port=${inside},arp,arp_op=1,arp_spa=${own},actions=${tag(vlan)}output:${physical}`),
    `priority=${TAKEN},in_port=${inside},icmp6,icmp_type=135,actions=${tag(vlan)}output:${physical}`,
    `priority=${OTHERWISE},in_port=${inside},actions=drop`,
  ];
}

/** What carries no tag matches 0 in all bits of it. */
function tagged(vlan: number): string {
  return vlan === 0 ? 'vlan_tci=0x0000/0x1fff' : `dl_vlan=${vlan}`;
}

function tag(vlan: number): string {
  return vlan === 0 ? '' : `mod_vlan_vid:${vlan},`;
}

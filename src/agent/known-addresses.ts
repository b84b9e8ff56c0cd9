import type { KnownAddresses, KnownAddresses_Mac, KnownAddresses_Resolution } from '../agents/session.pb.js';
import type { ForwardingView } from './forwarding-view.js';

/** What a node has learned of a switch by what passed. */
export interface Learned {
  /** By the key that ports of the switch have in tunnels. */
  readonly macs: readonly { readonly tunnelKey: number; readonly mac: string }[];
  readonly resolutions: readonly KnownAddresses_Resolution[];
}

/** What is known of the workloads of a switch on this node; undefined where the node does not have it. */
export function knownAddresses(view: ForwardingView, node: string, logicalSwitch: string, learned: Learned): KnownAddresses | undefined {
  if (!view.switches.has(logicalSwitch)) return undefined;
  const here = (view.portsOfSwitch.get(logicalSwitch) ?? []).filter((port) => port.node === node);
  const stated = here.flatMap(({ key, addresses }) =>
    addresses.filter(({ mac }) => mac !== '').map(({ mac, ips }) => ({ port: key, mac: mac.toLowerCase(), ips })),
  );
  const macs = new Map<string, KnownAddresses_Mac>();
  for (const { port, mac } of stated) macs.set(`${port} ${mac}`, { port, mac, learned: false });
  for (const { tunnelKey, mac: seen } of learned.macs) {
    const port = here.find((one) => one.tunnelKey === tunnelKey)?.key;
    const mac = seen.toLowerCase();
    if (port !== undefined && !macs.has(`${port} ${mac}`)) macs.set(`${port} ${mac}`, { port, mac, learned: true });
  }
  const resolutions = new Map<string, KnownAddresses_Resolution>();
  for (const { ip, mac } of learned.resolutions) resolutions.set(ip, { ip, mac: mac.toLowerCase() });
  // A gateway asks nobody for what it was told.
  for (const { mac, ips } of stated) for (const ip of ips) resolutions.set(ip, { ip, mac });
  return { macs: [...macs.values()], resolutions: [...resolutions.values()] };
}

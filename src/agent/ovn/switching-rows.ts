import { type LogicalSwitch, type PortAddress, ResourceKind, type SwitchPort } from '../../realization/resources.pb.js';
import type { Keyed } from '../forwarding-view.js';
import { balancersColumn } from './balancer-rows.js';
import { dhcpColumns } from './dhcp-rows.js';
import { dnsRecordsColumn } from './dns-rows.js';
import { physicalPort } from './names.js';
import type { ZoneDraft } from './zone-draft.js';

/** Keys of ports on a segment below 16 are not given to workloads; 1 is the gateway's. */
const PHYSICAL_PORT_KEY = 2;

/** Logical switches and their ports. A port of another node is a remote one, to which OVN tunnels. */
export function switchingRows(draft: ZoneDraft): void {
  for (const sw of draft.view.switches.values()) switchRows(draft, sw);
  for (const port of draft.view.ports.values()) portRow(draft, port);
}

function switchRows(draft: ZoneDraft, sw: Keyed<LogicalSwitch>): void {
  const owner = { kind: ResourceKind.LOGICAL_SWITCH, key: sw.key };
  const snooping: Record<string, string> = sw.multicastSnooping ? { mcast_snoop: 'true' } : {};
  draft.rows.push({
    table: 'Logical_Switch',
    name: sw.key,
    owner,
    columns: {
      name: sw.key,
      other_config: { 'requested-tnl-key': String(sw.tunnelKey), ...snooping },
      load_balancer: balancersColumn(draft, sw.key),
      dns_records: dnsRecordsColumn(draft, sw.key),
    },
  });
  const [vlan, ...more] = sw.vlans;
  if (!vlan) return;
  if (more.length > 0 || vlan.high !== vlan.low) return draft.refuse(owner, 'OVN carries one VLAN on a switch, not a trunk of several');
  draft.rows.push({
    table: 'Logical_Switch_Port',
    name: physicalPort(sw.key),
    owner,
    within: { table: 'Logical_Switch', name: sw.key, column: 'ports' },
    columns: {
      name: physicalPort(sw.key),
      type: 'localnet',
      addresses: ['unknown'],
      tag: vlan.low === 0 ? [] : [vlan.low],
      options: { network_name: sw.transportZone, 'requested-tnl-key': String(PHYSICAL_PORT_KEY) },
      enabled: [sw.adminUp],
    },
  });
}

function portRow(draft: ZoneDraft, port: Keyed<SwitchPort>): void {
  const sw = draft.view.switches.get(port.logicalSwitch);
  const local = port.node === draft.node;
  // What is beyond the physical network is found there, by its MAC address.
  if (!sw || (!local && sw.vlans.length > 0)) return;
  const parent = port.parent === '' ? undefined : draft.view.ports.get(port.parent);
  const behind = local && parent ? { parent_name: [parent.attachmentId], tag: [port.trafficTag] } : { parent_name: [], tag: [] };
  const addresses = port.addresses.map(addressText);
  draft.rows.push({
    table: 'Logical_Switch_Port',
    name: port.key,
    owner: { kind: ResourceKind.SWITCH_PORT, key: port.key },
    within: { table: 'Logical_Switch', name: port.logicalSwitch, column: 'ports' },
    columns: {
      // By this name the interface that is plugged in is found.
      name: port.attachmentId,
      // Not `remote`, although it is: OVN would copy each broadcast for every such port, and not for every node that has some.
      type: '',
      addresses: addresses.length > 0 ? addresses : ['unknown'],
      port_security: port.addressCheck ? addresses : [],
      enabled: [port.adminUp && sw.adminUp],
      options: { 'requested-tnl-key': String(port.tunnelKey), ...(local ? {} : { 'requested-chassis': port.node }) },
      ...behind,
      ...dhcpColumns(draft, port),
    },
  });
  if (!local) draft.remotePorts.set(port.attachmentId, port.node);
}

function addressText({ mac, ips }: PortAddress): string {
  return mac === '' ? 'unknown' : [mac, ...ips].join(' ');
}

import type { Json } from '../model/body.js';
import { workloadTagsPath } from '../model/fabric/workload-tags.resource.js';
import type { IntentReader } from '../policy/ports.js';
import type { Workload, WorkloadInterface } from '../realization/contract.js';
import type { Narrowing, SearchSource } from '../search/search.js';
import type { FabricObject, FabricReader, FabricType } from './ports.js';

/** Virtual machines and their interfaces as NSX-T shows them: what the nodes report, with the tags that users gave. */
export class Inventory implements SearchSource {
  constructor(
    private readonly fabric: FabricReader,
    private readonly intent: IntentReader,
  ) {}

  machines(): readonly Json[] {
    return this.fabric.fabricObjects('VirtualMachine').map((object) => this.machine(object));
  }

  machineById(externalId: string): Json | undefined {
    const object = this.fabric.fabricObject('VirtualMachine', externalId);
    return object && this.machine(object);
  }

  interfaces(): readonly Json[] {
    return this.fabric.fabricObjects('VirtualNetworkInterface').map(interfaceOf);
  }

  interfaceById(externalId: string): Json | undefined {
    const object = this.fabric.fabricObject('VirtualNetworkInterface', externalId);
    return object && interfaceOf(object);
  }

  /** Searches find what is reported beside what is stated. Machines and interfaces have no policy path, so a path excludes them. */
  *candidates({ type, id, path, parentPath }: Narrowing): Iterable<string> {
    if (path !== undefined || parentPath !== undefined) return;
    const wants = (name: FabricType) => type === undefined || type.toLowerCase() === name.toLowerCase();
    const fits = (object: Json) => id === undefined || object.external_id === id;
    if (wants('VirtualMachine')) for (const machine of this.machines()) if (fits(machine)) yield JSON.stringify(machine);
    if (wants('VirtualNetworkInterface')) for (const one of this.interfaces()) if (fits(one)) yield JSON.stringify(one);
  }

  private machine({ externalId, node, reportedAt, body }: FabricObject): Json {
    const { displayName, computerName, osName, poweredOn } = body as Workload;
    const tags = this.intent.get(workloadTagsPath(externalId))?.tags;
    return {
      resource_type: 'VirtualMachine',
      external_id: externalId,
      display_name: displayName,
      compute_ids: [`externalId:${externalId}`, `instanceUuid:${externalId}`, `biosUuid:${externalId}`],
      local_id_on_host: externalId,
      host_id: node,
      type: 'REGULAR',
      power_state: poweredOn ? 'VM_RUNNING' : 'VM_STOPPED',
      guest_info: { os_name: osName, computer_name: computerName },
      source: { target_id: node, target_type: 'HostNode', target_display_name: node, is_valid: true },
      ...(tags ? { tags } : {}),
      marked_for_delete: false,
      _last_sync_time: reportedAt,
    };
  }
}

function interfaceOf({ externalId, node, reportedAt, body }: FabricObject): Json {
  const { attachmentId, machine, mac, addresses } = body as WorkloadInterface;
  return {
    resource_type: 'VirtualNetworkInterface',
    external_id: externalId,
    display_name: externalId,
    owner_vm_id: machine,
    owner_vm_type: 'REGULAR',
    vm_local_id_on_host: machine,
    host_id: node,
    mac_address: mac,
    ip_address_info: [{ source: 'VM_TOOLS', ip_addresses: addresses }],
    lport_attachment_id: attachmentId,
    device_key: externalId,
    device_name: externalId,
    marked_for_delete: false,
    _last_sync_time: reportedAt,
  };
}

import type { PolicyObject } from '../../src/model/policy-object.js';
import type { Commit } from '../../src/policy/ports.js';
import type { InventoryReport, Workload, WorkloadInterface } from '../../src/realization/contract.js';

/** Small pieces of a network for tests: intent objects, claims and reports, with the fields that matter and defaults for the rest. */

type Fields = Record<string, unknown>;

const COLLECTIONS: Readonly<Record<string, string>> = {
  'transport-zones': 'PolicyTransportZone',
  'host-transport-nodes': 'HostTransportNode',
  'edge-nodes': 'PolicyEdgeNode',
  'edge-clusters': 'PolicyEdgeCluster',
  segments: 'Segment',
  ports: 'SegmentPort',
  groups: 'Group',
  'security-policies': 'SecurityPolicy',
  'gateway-policies': 'GatewayPolicy',
  rules: 'Rule',
  services: 'Service',
  'tier-0s': 'Tier0',
  'tier-1s': 'Tier1',
  'locale-services': 'LocaleServices',
  domains: 'Domain',
  'static-routes': 'StaticRoutes',
  nat: 'PolicyNat',
  'nat-rules': 'PolicyNatRule',
  workloads: 'WorkloadTags',
};

/** An intent object as it is stored; its type follows from its path unless `fields` says otherwise. */
export function intent(path: string, fields: Fields = {}): PolicyObject {
  const segments = path.split('/');
  const id = segments.at(-1)!;
  return {
    id,
    display_name: id,
    resource_type: COLLECTIONS[segments.at(-2)!] ?? 'Infra',
    path,
    relative_path: id,
    parent_path: segments.slice(0, -2).join('/'),
    unique_id: id,
    realization_id: id,
    owner_id: 'owner',
    marked_for_delete: false,
    overridden: false,
    _create_time: 0,
    _create_user: 'admin',
    _last_modified_time: 0,
    _last_modified_user: 'admin',
    _system_owned: false,
    _protection: 'NOT_PROTECTED',
    _revision: 0,
    ...fields,
  } as PolicyObject;
}

export const ENFORCEMENT_POINT = '/infra/sites/default/enforcement-points/default';
export const OVERLAY = `${ENFORCEMENT_POINT}/transport-zones/overlay`;

export function zone(id: string, fields: Fields = {}): PolicyObject {
  return intent(`${ENFORCEMENT_POINT}/transport-zones/${id}`, { tz_type: 'OVERLAY_STANDARD', is_default: false, ...fields });
}

export const hostPath = (id: string): string => `${ENFORCEMENT_POINT}/host-transport-nodes/${id}`;

/** A host that belongs to transport zones. */
export function host(id: string, zones: readonly string[] = [OVERLAY]): PolicyObject {
  const endpoints = zones.map((path) => ({ transport_zone_id: path }));
  return intent(hostPath(id), { host_switch_spec: { resource_type: 'StandardHostSwitchSpec', host_switches: [{ transport_zone_endpoints: endpoints }] } });
}

export function claim(space: string, owner: string, low: number | bigint): Commit['claims'][number] {
  return { space, owner, low: BigInt(low), high: BigInt(low), gone: false };
}

export function vif(attachmentId: string, fields: Partial<WorkloadInterface> = {}): WorkloadInterface {
  return { externalId: `vif-${attachmentId}`, attachmentId, machine: `vm-${attachmentId}`, mac: '02:00:00:00:00:01', addresses: [], since: 1, ...fields };
}

export function vm(externalId: string, fields: Partial<Workload> = {}): Workload {
  return { externalId, displayName: externalId, computerName: externalId, osName: 'linux', poweredOn: true, ...fields };
}

/** A whole report of a host. */
export function report(node: string, interfaces: readonly WorkloadInterface[] = [], machines: readonly Workload[] = []): InventoryReport {
  return {
    node,
    fabricPath: hostPath(node),
    tunnelAddresses: [`192.0.2.${node.charCodeAt(node.length - 1) % 256}`],
    complete: true,
    interfaces,
    machines,
    deadMembers: [],
    goneInterfaces: [],
    goneMachines: [],
    goneDeadMembers: [],
  };
}

/** The report of an edge, which has no workloads. Its node has the id of its object. */
export function edgeReport(path: string): InventoryReport {
  return { ...report(path.slice(path.lastIndexOf('/') + 1)), fabricPath: path };
}

/** Builds commits with growing numbers. */
export class Changes {
  private sequence = 0;

  put(objects: readonly PolicyObject[], claims: Commit['claims'] = [], secrets: Commit['secrets'] = []): Commit {
    return this.commit(
      objects.map((after) => ({ path: after.path, type: after.resource_type, operation: 'UPDATE' as const, after })),
      claims,
      secrets,
    );
  }

  remove(objects: readonly PolicyObject[], claims: Commit['claims'] = []): Commit {
    return this.commit(
      objects.map(({ path, resource_type: type }) => ({ path, type, operation: 'DELETE' as const, after: undefined })),
      claims,
    );
  }

  private commit(changes: Commit['changes'], claims: Commit['claims'], secrets: Commit['secrets'] = []): Commit {
    this.sequence += 1;
    return { sequence: this.sequence, at: 0, changes, claims, secrets };
  }
}

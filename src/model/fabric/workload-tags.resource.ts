import { PolicyConfigResource } from '../policy-object.js';
import { Resource } from '../resource.js';

/**
 * What users say about workloads that nodes report. It has a root of its own, since the machines themselves are observed and
 * not stated; as an object like any other its changes are validated, audited and kept in the history.
 */
@Resource({ doc: 'Root of what users say about reported workloads.', feature: 'inventory', at: [{ root: 'inventory' }], internal: true })
export class Inventory extends PolicyConfigResource {}

/** The id is the machine's external id, so that tags stay when the machine moves, or is reported again after a while. */
@Resource({
  doc: 'Tags that users put on a reported virtual machine.',
  feature: 'inventory',
  at: [{ parent: Inventory, collection: 'workloads' }],
  internal: true,
})
export class WorkloadTags extends PolicyConfigResource {}

/** Where the tags of a machine are kept. */
export function workloadTagsPath(externalId: string): string {
  return `/inventory/workloads/${externalId}`;
}

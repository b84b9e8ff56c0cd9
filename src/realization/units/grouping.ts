import type { PolicyObject, Tag } from '../../model/policy-object.js';
import type { PolicyExcludeList } from '../../model/security/exclude-list.resource.js';
import type { Group } from '../../model/security/group.resource.js';
import type { Workload } from '../contract.js';
import { compileSelector, type ItemType, portsOfPaths, type Traits } from '../groups/selector.js';
import { NOTHING, type Output } from '../output.js';
import { alarm } from './alarm.js';
import type { Reads } from './reads.js';

/** A group says who its members are; what rules make of them are address sets and port groups. */
export function groupUnit(reads: Reads, path: string): Output {
  const group = reads.intent.object<Group>(path);
  if (!group) return NOTHING;
  const selector = compileSelector(group.expression);
  const unsupported = [...new Set(selector.unsupported)];
  return {
    ...NOTHING,
    selector,
    problems: unsupported.map((part) => alarm('NOT_SUPPORTED', `${path} uses ${part}, which cannot be realized. These members are left out.`)),
  };
}

/** The exclude list is a group of ports whose rules are none. */
export function excludeListUnit(reads: Reads, path: string): Output {
  const list = reads.intent.object<PolicyExcludeList>(path);
  return list ? { ...NOTHING, selector: portsOfPaths(list.members ?? []) } : NOTHING;
}

/** Policy path of the list of what the distributed firewall leaves alone. */
export const EXCLUDE_LIST = '/infra/settings/firewall/security/exclude-list';

/** Types of intent objects that conditions look at. */
export const ITEM_TYPES: Readonly<Record<string, ItemType>> = { Segment: 'Segment', SegmentPort: 'SegmentPort' };

export function traitsOfObject({ path, id, display_name: name, tags = [] }: PolicyObject): Traits {
  return { id: path, name: name ?? id, tags };
}

export function traitsOfMachine({ externalId, displayName, computerName, osName }: Workload, tags: readonly Tag[]): Traits {
  return { id: externalId, name: displayName, computerName, osName, tags };
}

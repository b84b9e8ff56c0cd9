import { NOTHING, type Output } from '../output.js';
import { ruleUnit, securityPolicyUnit } from './firewall.js';
import { excludeListUnit, groupUnit } from './grouping.js';
import type { Reads } from './reads.js';
import { fabricNodeUnit, segmentPortUnit, segmentUnit } from './switching.js';

/** How an intent of each type is computed. Types that are not here concern no node: they are read by others, or by people. */
export const UNITS: Readonly<Record<string, (reads: Reads, path: string) => Output>> = {
  Segment: segmentUnit,
  SegmentPort: segmentPortUnit,
  HostTransportNode: fabricNodeUnit,
  PolicyEdgeNode: fabricNodeUnit,
  Group: groupUnit,
  PolicyExcludeList: excludeListUnit,
  SecurityPolicy: securityPolicyUnit,
  Rule: ruleUnit,
};

/** What an intent yields. An intent that cannot be computed harms nobody else: it is reported. */
export function computeUnit(reads: Reads, path: string, type: string | undefined): Output {
  try {
    return UNITS[type ?? '']?.(reads, path) ?? NOTHING;
  } catch (error) {
    const reason = `The object could not be computed: ${error instanceof Error ? error.message : String(error)}. Everything else goes on.`;
    return { ...NOTHING, problems: [{ code: 'NOT_COMPUTED', reason }] };
  }
}

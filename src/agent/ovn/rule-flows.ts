import { ResourceKind } from '../../realization/resources.pb.js';
import type { OvsdbOperation } from './ovsdb-client.js';
import { asMap, decodeValue, entryOf } from './ovsdb-values.js';
import { OWNER, type PresentRows, ROW } from './row-difference.js';

/**
 * Which flows of the switch are a rule's. OVN says from which access list it made a logical flow, and by the cookie of a flow of Open
 * vSwitch from which logical flow that was made: each names the other by the first eight digits of its uuid.
 *
 * Of the logical flows of an access list only those count that decide: one for packets that begin a connection, and one for the
 * others of its direction. Answers are let through without a look at the rules.
 */

/** Stages of a switch's pipeline in which access lists decide: up to OVN 23.03, and later. */
const STAGES = ['ls_in_acl', 'ls_out_acl', 'ls_in_acl_eval', 'ls_out_acl_eval'] as const;
/** In the actions of a logical flow: the connection is to be remembered, so this packet is its first. */
const BEGINS = 'reg0[1] = 1;';

/** What packets of a logical flow count for. */
export interface RuleFlow {
  readonly rule: string;
  /** Each of its packets is a decision, rather than part of a connection that was decided about before. */
  readonly decides: boolean;
  /** Where it is in its pipeline. */
  readonly pipeline: string;
  readonly table: number;
}

/** A flow of Open vSwitch, and what it has counted. */
export interface SwitchFlow {
  readonly cookie: string;
  readonly table: number;
  readonly packets: number;
  readonly bytes: number;
  /** Tells it apart from the others of its cookie. */
  readonly match: string;
}

/** Asks the southbound database for the logical flows in which access lists decide, and for nothing more: there are many others. */
export function logicalFlowQueries(): OvsdbOperation[] {
  return STAGES.map((stage) => ({
    op: 'select',
    table: 'Logical_Flow',
    where: [['external_ids', 'includes', ['map', [['stage-name', stage]]]]],
    columns: ['_uuid', 'external_ids', 'actions', 'pipeline', 'table_id'],
  }));
}

/** Flows of rules by the cookie of their flows in Open vSwitch. */
export function ruleFlows(northbound: PresentRows, logicalFlows: Iterable<Readonly<Record<string, unknown>>>): Map<string, RuleFlow> {
  const lists = new Map<string, { readonly rule: string; readonly stateful: boolean }>();
  for (const [uuid, { external_ids: ids, action }] of northbound.rows('ACL')) {
    const [rule] = entryOf(ids, ROW)?.split(' ') ?? [];
    if (rule && entryOf(ids, OWNER)?.startsWith(`${ResourceKind.FIREWALL_RULE_SET} `)) lists.set(start(uuid), { rule, stateful: action === 'allow-related' });
  }
  const flows = new Map<string, RuleFlow>();
  for (const row of logicalFlows) {
    const list = lists.get(String(asMap(decodeValue(row.external_ids)).get('stage-hint') ?? ''));
    if (!list) continue;
    const decides = !list.stateful || String(row.actions).includes(BEGINS);
    flows.set(start(String(decodeValue(row._uuid))), { rule: list.rule, decides, pipeline: String(row.pipeline), table: Number(row.table_id) });
  }
  return flows;
}

function start(uuid: string): string {
  return uuid.slice(0, 8);
}

const FLOW = /cookie=0x([0-9a-f]+),.* table=(\d+), n_packets=(\d+), n_bytes=(\d+),.*? (priority=.*) actions=/;

/** The flows that packets have met, or all, of what `ovs-ofctl dump-flows` says. */
export function* switchFlows(text: string, all = false): Generator<SwitchFlow> {
  for (let begin = 0, end = 0; begin < text.length; begin = end + 1) {
    end = text.indexOf('\n', begin);
    if (end < 0) end = text.length;
    const line = text.slice(begin, end);
    // Most flows have never seen a packet.
    const [, cookie, table, packets, bytes, match] = !all && line.includes(' n_packets=0,') ? [] : (FLOW.exec(line) ?? []);
    if (cookie === undefined || match === undefined) continue;
    yield { cookie: cookie.padStart(8, '0'), table: Number(table), packets: Number(packets), bytes: Number(bytes), match };
  }
}

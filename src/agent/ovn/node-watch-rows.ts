import { ResourceKind, RouterPort_Role } from '../../realization/resources.pb.js';
import type { OvsdbOperation } from './ovsdb-client.js';
import { entryOf, putEntries } from './ovsdb-values.js';
import type { PresentRows } from './row-difference.js';
import { References } from './rows.js';
import type { ZoneDraft } from './zone-draft.js';

/** The other nodes whose life this node has to know of. */
export interface NodeWatch {
  readonly nodes: ReadonlySet<string>;
  /** Those that may hold a router which this node may hold too. */
  readonly fellows: ReadonlySet<string>;
}

/**
 * Open vSwitch itself asks over a tunnel, by BFD, whether the other end lives, so that the answer is to be had without any agent or
 * manager. ovn-controller switches that on for the members of a group of chassis that it is in itself: a group for a port of its own,
 * on a switch that nothing else is on, does no more than that.
 */
export function nodeWatchRows(draft: ZoneDraft, peers: Iterable<string>): NodeWatch {
  const watch = watchOf(draft, [...peers]);
  if (watch.nodes.size === 0) return watch;
  const own = { kind: ResourceKind.TUNNEL_ENDPOINT, key: draft.node };
  const members = [draft.node, ...[...watch.nodes].sort()];
  draft.rows.push(
    { table: 'HA_Chassis_Group', name: NAME, owner: own, columns: { name: NAME } },
    ...members.map((chassis) => ({
      table: 'HA_Chassis',
      name: `${NAME} ${chassis}`,
      owner: { ...own, key: chassis },
      within: { table: 'HA_Chassis_Group', name: NAME, column: 'ha_chassis' },
      // The port of the group is always this node's: it is not to move when others die.
      columns: { chassis_name: chassis, priority: chassis === draft.node ? 2 : 1 },
    })),
    { table: 'Logical_Switch', name: NAME, owner: own, columns: { name: NAME } },
    {
      table: 'Logical_Switch_Port',
      name: NAME,
      owner: own,
      within: { table: 'Logical_Switch', name: NAME, column: 'ports' },
      columns: { name: NAME, type: 'external', ha_chassis_group: new References('HA_Chassis_Group', [NAME]) },
    },
  );
  return watch;
}

const NAME = 'heddle-watch';

/**
 * Who depends on a choice between edges watches them; an edge to choose is watched by all that it has a tunnel to, and because both
 * ends have to ask, it asks them too. Where there is nothing to choose, nobody asks.
 */
function watchOf(draft: ZoneDraft, peers: readonly string[]): NodeWatch {
  const choices = choicesOf(draft);
  const ours = choices.filter((choice) => choice.has(draft.node));
  const nodes = peers.filter((node) => ours.length > 0 || choices.some((choice) => choice.has(node)));
  return { nodes: new Set(nodes), fellows: new Set(nodes.filter((node) => ours.some((choice) => choice.has(node)))) };
}

/** Sets of nodes of which one is used while it lives: candidates for a router, and nodes whose routers are next hops on one link. */
function choicesOf({ view }: ZoneDraft): ReadonlySet<string>[] {
  const choices = [...view.bindings.values()].map(({ candidates }) => new Set(candidates));
  for (const ports of view.routerPortsOfSwitch.values())
    choices.push(new Set(ports.filter(({ role, node }) => LINKS.has(role) && node !== '').map(({ node }) => node)));
  return choices.filter(({ size }) => size > 1);
}

const LINKS: ReadonlySet<RouterPort_Role> = new Set([RouterPort_Role.INTERNAL_LINK, RouterPort_Role.ROUTER_LINK]);

/**
 * A node is dead when four signs of life, 300 ms apart, have not come. OVN's own choice, one a second, would take three seconds to
 * notice; much faster ones would take a machine that is short of processors for a dead one.
 */
const TIMERS: readonly (readonly [string, string])[] = [
  ['bfd-min-rx', '300'],
  ['bfd-min-tx', '300'],
  ['bfd-mult', '4'],
];

/** What tells ovn-controller how often to ask, where it was not told. */
export function nodeWatchTimers(northbound: PresentRows): OvsdbOperation[] {
  const [present] = northbound.rows('NB_Global').values();
  const changed = TIMERS.filter(([key, value]) => entryOf(present?.options, key) !== value);
  if (!present || changed.length === 0) return [];
  return [{ op: 'mutate', table: 'NB_Global', where: [], mutations: putEntries('options', changed) }];
}

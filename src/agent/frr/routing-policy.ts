import type {
  BgpInstance,
  BgpInstance_PrefixList,
  BgpInstance_PrefixList_Entry,
  BgpInstance_RouteMap,
  BgpInstance_RouteMap_CommunityMatch,
  BgpInstance_RouteMap_Entry,
} from '../../realization/resources.pb.js';
import { asPath, communitiesOf, listName, Unsupported } from './words.js';

/** Lines of a configuration that belong together: a head, and what is below it. */
export interface Section {
  readonly head: string;
  readonly lines: readonly string[];
}

/** Prefix lists, lists of communities and route maps of an instance. */
export interface RoutingPolicy {
  readonly lines: readonly string[];
  readonly maps: readonly Section[];
}

/** FRR numbers entries, in steps that leave room. */
const STEP = 10;

/** The map of an edge that stands by for what passes no other map. */
export const STANDBY = 'standby';
/** How often an edge that stands by puts its own AS number before paths, so that neighbours prefer the other edge. */
const DETOUR = 3;

/** The name of a map, and of what an edge that stands by makes of it. */
export function mapName(path: string, standby: boolean): string {
  return `${listName('map', path)}${standby ? `-${STANDBY}` : ''}`;
}

/** @throws Unsupported for what FRR cannot match */
export function routingPolicyOf(instance: Pick<BgpInstance, 'prefixLists' | 'routeMaps' | 'communityLists' | 'standby' | 'localAs'>): RoutingPolicy {
  const { prefixLists, routeMaps, communityLists, standby, localAs } = instance;
  const lines = prefixLists.flatMap(prefixListLines);
  const maps = new Maps(prefixLists, new Map(communityLists.map(({ name, communities }) => [name, communities])));
  const sections = routeMaps.flatMap((map) => maps.sectionsOf(map, mapName(map.name, false), ''));
  if (standby) {
    const detour = Array.from({ length: DETOUR }, () => localAs).join(' ');
    sections.push({ head: `route-map ${STANDBY} permit ${STEP}`, lines: [`set as-path prepend ${detour}`] });
    for (const map of routeMaps) sections.push(...maps.sectionsOf(map, mapName(map.name, true), detour));
  }
  return { maps: sections, lines: [...lines, ...maps.communityLines] };
}

type Words = 'ip' | 'ipv6';

/** A list of the intent holds networks of both families, one of FRR those of one: each of the two has the entries of its own. */
function prefixListLines({ name, entries }: BgpInstance_PrefixList): string[] {
  return (['ip', 'ipv6'] as const).flatMap((family) =>
    entries
      .filter((entry) => isFor(entry, family))
      .map(
        (entry, place) =>
          `${family} prefix-list ${listName('prefixes', name)} seq ${STEP * (place + 1)} ${entry.permit ? 'permit' : 'deny'} ${range(entry, family)}`,
      ),
  );
}

function isFor({ network }: BgpInstance_PrefixList_Entry, family: Words): boolean {
  return network === '' || network.includes(':') === (family === 'ipv6');
}

/** FRR takes only lengths beyond that of the network itself. */
function range({ network, ge, le }: BgpInstance_PrefixList_Entry, family: Words): string {
  if (network === '' && ge === 0 && le === 0) return 'any';
  const whole = network || (family === 'ip' ? '0.0.0.0/0' : '::/0');
  const own = Number(whole.split('/')[1]);
  const longest = family === 'ip' ? 32 : 128;
  const from = ge > own ? ge : 0;
  const to = ge > 0 && le === 0 ? longest : le;
  return [whole, ...(from > 0 ? [`ge ${from}`] : []), ...(to > own ? [`le ${to}`] : [])].join(' ');
}

/**
 * FRR's entries match all of their conditions, and each condition is one list. What the intent lets an entry match by one of several
 * lists becomes as many entries, one after the other, which do the same.
 */
class Maps {
  private readonly communities = new Map<string, string[]>();
  private readonly prefixLists: ReadonlyMap<string, BgpInstance_PrefixList>;

  constructor(
    prefixLists: readonly BgpInstance_PrefixList[],
    private readonly communityLists: ReadonlyMap<string, readonly string[]>,
  ) {
    this.prefixLists = new Map(prefixLists.map((list) => [list.name, list]));
  }

  /** The lists of communities that maps match by. */
  get communityLines(): string[] {
    return [...this.communities.values()].flat();
  }

  /** @param detour AS numbers that go before paths beside those of the map */
  sectionsOf({ entries }: BgpInstance_RouteMap, name: string, detour: string): Section[] {
    const written = entries.flatMap((entry) => this.alternatives(entry).map((matches) => ({ entry, lines: [...matches, ...settings(entry, detour)] })));
    return written.map(({ entry, lines }, place) => ({
      head: `route-map ${name} ${entry.permit ? 'permit' : 'deny'} ${STEP * (place + 1)}`,
      lines,
    }));
  }

  private alternatives({ prefixLists, communities }: BgpInstance_RouteMap_Entry): string[][] {
    const prefixes = prefixLists.flatMap((list) => this.prefixMatches(list).map((line) => [line]));
    const conditions = [...(prefixLists.length > 0 ? [prefixes] : []), ...communities.map((match) => this.communityMatches(match))];
    const all = conditions.reduce<string[][]>((found, ways) => found.flatMap((before) => ways.map((way) => [...before, ...way])), [[]]);
    for (const lines of all)
      for (const kind of ['match community', 'match large-community'])
        if (lines.filter((line) => line.startsWith(`${kind} `)).length > 1)
          throw new Unsupported('an entry of a route map has several matches of communities, and FRR takes one: put all communities into one list');
    return all;
  }

  private prefixMatches(path: string): string[] {
    const entries = this.prefixLists.get(path)?.entries ?? [];
    const families = (['ip', 'ipv6'] as const).filter((family) => entries.some((entry) => isFor(entry, family)));
    return families.map((family) => `match ${family} address prefix-list ${listName('prefixes', path)}`);
  }

  private communityMatches({ list, operator, pattern }: BgpInstance_RouteMap_CommunityMatch): string[][] {
    if (operator.endsWith('_REGEX')) {
      const large = operator === 'MATCH_LARGE_COMMUNITY_REGEX';
      return [[this.match(large, `${operator} ${pattern}`, 'expanded', [pattern])]];
    }
    const { standard, large } = communitiesOf(list === '' ? [pattern] : (this.communityLists.get(list) ?? []));
    const key = `${operator} ${list || pattern}`;
    const exact = operator === 'MATCH_EXACT' ? ' exact-match' : '';
    const any = operator === 'MATCH_ANY';
    // The entries of a list are alternatives; the communities of an entry have to be there together.
    const entries = (one: readonly string[]) => (any ? one : [one.join(' ')]);
    const lines = [
      ...(standard.length > 0 ? [this.match(false, key, 'standard', entries(standard)) + exact] : []),
      ...(large.length > 0 ? [this.match(true, key, 'standard', entries(large)) + exact] : []),
    ];
    return any ? lines.map((line) => [line]) : [lines];
  }

  private match(large: boolean, key: string, kind: 'standard' | 'expanded', entries: readonly string[]): string {
    const name = listName('communities', key);
    const type = large ? 'large-community' : 'community';
    this.communities.set(
      `${type} ${name}`,
      entries.map((entry, place) => `bgp ${type}-list ${kind} ${name} seq ${STEP * (place + 1)} permit ${entry}`),
    );
    return `match ${type} ${name}`;
  }
}

function settings(entry: BgpInstance_RouteMap_Entry, detour: string): string[] {
  if (!entry.permit) return [];
  const prepended = asPath(`${detour} ${entry.asPathPrepend}`);
  const { standard, large } = communitiesOf([entry.setCommunity]);
  return [
    ...(prepended === '' ? [] : [`set as-path prepend ${prepended}`]),
    ...(standard.length > 0 ? [`set community ${standard.join(' ')}`] : []),
    ...(large.length > 0 ? [`set large-community ${large.join(' ')}`] : []),
    ...(entry.localPreference === undefined ? [] : [`set local-preference ${entry.localPreference}`]),
    ...(entry.med === undefined ? [] : [`set metric ${entry.med}`]),
    ...(entry.weight === undefined ? [] : [`set weight ${entry.weight}`]),
    ...(entry.preferGlobalV6 ? ['set ipv6 next-hop prefer-global'] : []),
  ];
}

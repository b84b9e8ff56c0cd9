import { Field } from '../field.js';
import { PolicyConfigResource } from '../policy-object.js';
import { fieldProblem } from '../problem.js';
import { Resource } from '../resource.js';
import { Tier0 } from './tier0.resource.js';

class CommunityMatchCriteria {
  @Field('string', 'Policy path of a community list, or a regular expression.', {
    required: true,
    pattern: '^[\\x20-\\x7e]+$',
    refs: { to: ['CommunityList'], also: ['TEXT'] },
  })
  criteria!: string;

  @Field('string', 'How communities of a route are compared with the list or the expression.', {
    enum: ['MATCH_ANY', 'MATCH_ALL', 'MATCH_EXACT', 'MATCH_COMMUNITY_REGEX', 'MATCH_LARGE_COMMUNITY_REGEX'],
  })
  match_operator?: string;
}

class RouteMapEntrySet {
  @Field('string', 'AS numbers that are put before the path, separated by blanks.', { pattern: '^\\d{1,10}(\\.\\d{1,5})?( \\d{1,10}(\\.\\d{1,5})?)*$' })
  as_path_prepend?: string;

  @Field('string', 'Communities that the route is given, separated by blanks.', { pattern: '^[A-Za-z0-9:_ -]+$' })
  community?: string;

  @Field('integer', 'How much the route is preferred within the AS; the highest wins.', { default: 100, min: 0, max: 4294967295 })
  local_preference?: number;

  @Field('integer', 'What neighbours are told about this way into the AS; the lowest wins.', { min: 0, max: 4294967295 })
  med?: number;

  @Field('integer', 'How much this router prefers the route; the highest wins.', { min: 0, max: 65535 })
  weight?: number;

  @Field('boolean', 'Whether the global IPv6 next hop is used where a link-local one is known too.')
  prefer_global_v6_next_hop?: boolean;
}

class RouteMapEntry {
  @Field('string', 'Whether matching routes pass.', { required: true, enum: ['PERMIT', 'DENY'] })
  action!: string;

  @Field('string', 'Policy paths of prefix lists; a route that one of them permits matches.', { array: true, maxItems: 500, refs: { to: ['PrefixList'] } })
  prefix_list_matches?: string[];

  @Field(() => CommunityMatchCriteria, 'Communities that a matching route has. Not together with `prefix_list_matches`.', { array: true })
  community_list_matches?: CommunityMatchCriteria[];

  @Field(() => RouteMapEntrySet, 'What is changed in routes that pass.')
  set?: RouteMapEntrySet;
}

@Resource<Tier0RouteMap>({
  doc: 'Decides which routes a tier-0 takes in or hands on, and changes them on the way; the first matching entry decides.',
  feature: 'networking',
  at: [{ parent: Tier0, collection: 'route-maps' }],
  hooks: {
    check: ({ entries }) =>
      entries.flatMap((entry, at) =>
        entry.prefix_list_matches && entry.community_list_matches
          ? [fieldProblem(`entries[${at}].community_list_matches`, 'cannot stand beside prefix_list_matches: use an entry of its own.')]
          : [],
      ),
  },
})
export class Tier0RouteMap extends PolicyConfigResource {
  @Field(() => RouteMapEntry, 'Entries in the order in which they are tried.', { array: true, required: true, minItems: 1, maxItems: 1000 })
  entries!: RouteMapEntry[];
}

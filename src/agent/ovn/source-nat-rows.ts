import { type NatRule, NatRule_Action, ResourceKind } from '../../realization/resources.pb.js';
import { blocksOf, contains, overlaps, parseRange, type Range, without } from '../../shared/address.js';
import type { Keyed } from '../forwarding-view.js';
import { bare, isOneAddress, setRow, translationRow } from './translation-rows.js';
import type { ZoneDraft } from './zone-draft.js';

/** A rule with what it matches as ranges. */
interface Claim {
  readonly sources: readonly Range[];
  readonly destinations: readonly Range[];
  readonly exempts: boolean;
}

/**
 * Translation of sources, rule by rule in their order. OVN takes the rule with the longest prefix, where the intent takes the first:
 * what an earlier rule decides for every destination is left out of those after it, and a rule whose order cannot be kept so is
 * refused.
 */
export function sourceRows(draft: ZoneDraft, rules: readonly Keyed<NatRule>[]): void {
  const claims: Claim[] = [];
  for (const rule of rules) {
    const reason = whyNot(rule) ?? WRITERS[rule.action]?.(draft, rule, claims);
    if (reason !== undefined) draft.refuse({ kind: ResourceKind.NAT_RULE, key: rule.key }, reason);
    else claims.push({ sources: sourcesOf(rule), destinations: ranges(rule.destinations), exempts: rule.action === NatRule_Action.NO_SNAT });
  }
}

function whyNot({ action, services, translatedPorts, translated, sources }: NatRule): string | undefined {
  if (services.length > 0 || translatedPorts !== '') return 'OVN translates the sources of everything, not of chosen services';
  if (action === NatRule_Action.NO_SNAT) return undefined;
  if (translated.length !== 1 || !isOneAddress(translated[0])) return 'OVN translates to one address';
  if (action === NatRule_Action.SNAT) return undefined;
  return sources.length === 1 && isOneAddress(sources[0]) ? undefined : 'OVN translates one address to one address';
}

/** @returns why the rule cannot be in force after those that decide before it */
type Writer = (draft: ZoneDraft, rule: Keyed<NatRule>, claims: readonly Claim[]) => string | undefined;

/** OVN looks at a translation of one address first, so nothing may have been decided for that address before. */
function writeReflexive(draft: ZoneDraft, rule: Keyed<NatRule>, claims: readonly Claim[]): string | undefined {
  if (claims.some(({ sources }) => sources.some((one) => sourcesOf(rule).some((source) => overlaps(one, source)))))
    return 'an earlier rule is for its source, and OVN would look at this one first: put it before that rule';
  const [source = '', translated = ''] = [rule.sources[0], rule.translated[0]];
  translationRow(draft, rule, rule.key, { type: 'dnat_and_snat', external_ip: bare(translated), logical_ip: bare(source), options: { stateless: 'true' } });
  return undefined;
}

function writeTranslation(draft: ZoneDraft, rule: Keyed<NatRule>, claims: readonly Claim[]): string | undefined {
  const destinations = ranges(rule.destinations);
  const pieces = sourcesOf(rule).flatMap((source) => piecesOf(source, claims));
  if (pieces.some((piece) => isOutOfOrder(piece, destinations, claims)))
    return 'an earlier rule is for some of its destinations, and OVN would look at this one first';
  for (const piece of pieces) {
    const earlier = claims.filter(({ sources }) => sources.some((one) => contains(one, piece)));
    if (earlier.some((claim) => claim.destinations.length === 0)) continue;
    const exempt = earlier.filter(({ exempts }) => exempts).flatMap((claim) => claim.destinations);
    const to = destinations.flatMap((range) => without(range, exempt));
    if (destinations.length > 0 && to.length === 0) continue;
    const source = textOf(piece);
    translationRow(draft, rule, `${rule.key} ${source}`, {
      type: 'snat',
      external_ip: bare(rule.translated[0] as string),
      logical_ip: source,
      allowed_ext_ips: setRow(draft, rule, `destinations of ${source}`, to.flatMap(blocksOf)),
      exempted_ext_ips: setRow(draft, rule, `exempt for ${source}`, to.length > 0 ? [] : exempt.flatMap(blocksOf)),
    });
  }
  return undefined;
}

const WRITERS: Partial<Record<NatRule_Action, Writer>> = { [NatRule_Action.SNAT]: writeTranslation, [NatRule_Action.REFLEXIVE]: writeReflexive };

/** What a rule says of its source, and of each part of it that an earlier rule exempts from something. */
function piecesOf(source: Range, claims: readonly Claim[]): Range[] {
  const parts = claims.filter(({ exempts }) => exempts).flatMap(({ sources }) => sources.filter((one) => contains(source, one) && !contains(one, source)));
  return [...new Map([source, ...parts].map((range) => [textOf(range), range])).values()];
}

/** Whether OVN would take this rule for packets that an earlier one is for: that one's source is no longer than this piece of it. */
function isOutOfOrder(piece: Range, destinations: readonly Range[], claims: readonly Claim[]): boolean {
  return claims.some(
    (claim) =>
      !claim.exempts &&
      claim.destinations.length > 0 &&
      claim.sources.some((one) => contains(one, piece)) &&
      (destinations.length === 0 || destinations.some((range) => claim.destinations.some((other) => overlaps(range, other)))),
  );
}

const EVERYTHING = { 4: '0.0.0.0/0', 6: '::/0' } as const;

function sourcesOf({ sources, translated }: NatRule): Range[] {
  if (sources.length > 0) return ranges(sources);
  const family = parseRange(translated[0] ?? '')?.family;
  return ranges(family === undefined ? Object.values(EVERYTHING) : [EVERYTHING[family]]);
}

function ranges(texts: readonly string[]): Range[] {
  return texts.flatMap((text) => parseRange(text) ?? []);
}

/** A block as OVN writes it. */
function textOf(range: Range): string {
  return bare(blocksOf(range)[0] as string);
}

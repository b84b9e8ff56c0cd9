import type { LayerSevenRule, LayerSevenRule_Condition, LayerSevenRule_DistinguishedName, LayerSevenRule_Tls } from '../../realization/resources.pb.js';
import type { AddressLists } from './address-lists.js';
import { token, Unsupported, variableName, word } from './words.js';

/** When a rule is looked at: the request is gone by the time of the answer, but for what was kept of it. */
export type Moment = 'request' | 'answer';

/** What a comparison looks at, and what it is compared with. */
interface Comparison {
  readonly fetch: string;
  readonly pattern: string;
  /** The connection is there as long as the answer is. */
  readonly lasts?: boolean;
}

/** Conditions of a rule: one of the alternatives is enough, in which all terms must hold. No alternative: never. */
export interface Conditions {
  readonly alternatives: readonly string[];
  /** Directives for the request that keep what the answer's conditions look at. */
  readonly kept: readonly string[];
}

const MATCHES: Readonly<Record<string, string>> = { EQUALS: 'str', CONTAINS: 'sub', STARTS_WITH: 'beg', ENDS_WITH: 'end', REGEX: 'reg' };

/**
 * @param slot a name that no other rule of the balancer has
 * @throws Unsupported
 */
export function conditionsOf({ anyCondition, conditions }: LayerSevenRule, lists: AddressLists, slot: string, moment: Moment): Conditions {
  const kept: string[] = [];
  const text = ({ fetch, pattern, lasts }: Comparison): string => {
    if (moment === 'request' || lasts) return `{ ${fetch} ${pattern} }`;
    const variable = `txn.kept_${slot}_${kept.length}`;
    kept.push(`http-request set-var(${variable}) ${fetch}`);
    return `{ var(${variable}) ${pattern} }`;
  };
  const each = conditions.map((condition): string[] => {
    const terms = comparisonsOf(condition, lists, moment).map(text);
    if (!condition.inverse) return [terms.join(' ')];
    return terms.map((term) => `!${term}`);
  });
  if (each.length === 0) return { alternatives: [''], kept };
  const alternatives = anyCondition ? each.flat() : each.reduce((all, some) => all.flatMap((left) => some.map((right) => `${left} ${right}`.trim())), ['']);
  return { alternatives, kept };
}

/** All of them must hold. */
function comparisonsOf(condition: LayerSevenRule_Condition, lists: AddressLists, moment: Moment): Comparison[] {
  const { type, name, value } = condition;
  const compared = (fetch: string, lasts = false): Comparison[] => [{ fetch, pattern: patternOf(condition), lasts }];
  switch (type) {
    case 'LBHttpRequestUriCondition':
      return compared('path');
    case 'LBHttpRequestUriArgumentsCondition':
      return compared('query');
    case 'LBHttpRequestHeaderCondition':
      return compared(`req.fhdr(${token(name)})`);
    case 'LBHttpRequestCookieCondition':
      return compared(`req.cook(${token(name)})`);
    case 'LBHttpRequestBodyCondition':
      return compared('req.body');
    case 'LBHttpRequestMethodCondition':
      return [{ fetch: 'method', pattern: `-m str ${word(value)}` }];
    case 'LBHttpRequestVersionCondition':
      return [{ fetch: 'req.ver', pattern: `-m str ${word(value.replace(/^HTTP_VERSION_/, '').replace('_', '.'))}` }];
    case 'LBHttpResponseHeaderCondition':
      if (moment === 'request') throw new Unsupported('a condition on the answer is in a rule for the request');
      return compared(`res.fhdr(${token(name)})`, true);
    case 'LBTcpHeaderCondition':
      return [{ fetch: 'src_port', pattern: value.replace('-', ':'), lasts: true }];
    case 'LBIpHeaderCondition':
      return [{ fetch: 'src', pattern: condition.addressSet === '' ? lists.among([value]) : lists.inSets([condition.addressSet]), lasts: true }];
    case 'LBVariableCondition':
      return compared(`var(${variableName(name)})`, true);
    case 'LBSslSniCondition':
      return compared('ssl_fc_sni', true);
    case 'LBHttpSslCondition':
      return tlsComparisons(condition.tls);
    default:
      throw new Unsupported(`conditions of type ${type} are not known here`);
  }
}

function patternOf({ match, caseSensitive, value }: Pick<LayerSevenRule_Condition, 'match' | 'caseSensitive' | 'value'>): string {
  const method = MATCHES[match];
  if (!method) throw new Unsupported(`the match ${match} is not known`);
  return `-m ${method}${caseSensitive ? '' : ' -i'} -- ${word(value)}`;
}

function tlsComparisons(tls: LayerSevenRule_Tls | undefined): Comparison[] {
  if (!tls) return [];
  if (tls.ciphersOffered.length > 0) throw new Unsupported('the ciphers that a client offers cannot be looked at');
  const version = tls.protocol.replace(/^TLS_V/, 'TLSv').replace('_', '.');
  const comparisons: (Comparison | undefined)[] = [
    tls.cipher === '' ? undefined : { fetch: 'ssl_fc_cipher', pattern: `-m str ${word(tls.cipher)}` },
    tls.protocol === '' ? undefined : { fetch: 'ssl_fc_protocol', pattern: `-m str ${word(version)}` },
    tls.session === 'REUSED' ? { fetch: 'ssl_fc_is_resumed', pattern: '-m bool' } : undefined,
    tls.session === 'NEW' ? { fetch: 'ssl_fc_is_resumed,not', pattern: '-m bool' } : undefined,
    nameComparison('ssl_c_i_dn', tls.issuer),
    nameComparison('ssl_c_s_dn', tls.subject),
  ];
  return comparisons.flatMap((comparison) => (comparison ? [{ ...comparison, lasts: true }] : []));
}

function nameComparison(fetch: string, name: LayerSevenRule_DistinguishedName | undefined): Comparison | undefined {
  return name && { fetch, pattern: patternOf(name) };
}

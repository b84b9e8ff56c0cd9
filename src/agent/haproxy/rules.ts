import type { Layer7Balancer, LayerSevenRule, LayerSevenRule_Action } from '../../realization/resources.pb.js';
import type { AddressLists } from './address-lists.js';
import { type Conditions, conditionsOf } from './conditions.js';
import { template, token, Unsupported, variableName, word } from './words.js';

/** Where the pool that a rule chose is kept until all rules were looked at. */
const CHOSEN = 'txn.chosen';
const UNDECIDED = `!{ var(${CHOSEN}) -m found }`;

/** In the order in which they are looked at. Others cannot be done. */
const PHASES = ['HTTP_ACCESS', 'HTTP_REQUEST_REWRITE', 'HTTP_FORWARDING', 'HTTP_RESPONSE_REWRITE'] as const;

/**
 * The rules of a balancer as directives of its frontend. In the forwarding phase the first rule that decides where a request goes
 * wins, be it a pool, a redirection or a refusal; in the others all rules that fit are carried out in their order.
 * @param backendOf the backend of a pool, by the pool's key
 * @throws Unsupported
 */
export function ruleDirectives({ rules }: Layer7Balancer, lists: AddressLists, backendOf: (pool: string) => string): string[] {
  const unknown = rules.find(({ phase }) => !(PHASES as readonly string[]).includes(phase));
  if (unknown) throw new Unsupported(`rules of the phase ${unknown.phase} cannot be done`);
  const kept: string[] = [];
  const directives = PHASES.flatMap((phase) =>
    rules
      .filter((rule) => rule.phase === phase)
      .flatMap((rule, index) => {
        const conditions = conditionsOf(rule, lists, `${PHASES.indexOf(phase)}_${index}`, phase === 'HTTP_RESPONSE_REWRITE' ? 'answer' : 'request');
        kept.push(...conditions.kept);
        return rule.actions.map((action) => directiveOf(action, rule, conditions, backendOf));
      }),
  );
  // What the answer's conditions look at is kept before a rule rewrites it.
  const chooses = directives.some((line) => line.includes(`set-var(${CHOSEN})`));
  return [...kept, ...directives, ...(chooses ? [`use_backend %[var(${CHOSEN})] if { var(${CHOSEN}) -m found }`] : [])];
}

function directiveOf(action: LayerSevenRule_Action, { phase }: LayerSevenRule, { alternatives }: Conditions, backendOf: (pool: string) => string): string {
  const decides = phase === 'HTTP_FORWARDING' ? `${UNDECIDED} ` : '';
  const condition = alternatives.map((terms) => `${decides}${terms}`.trim()).join(' or ');
  return `${verbOf(action, backendOf)}${condition === '' ? '' : ` if ${condition}`}`;
}

function verbOf({ type, name, value, status, pool }: LayerSevenRule_Action, backendOf: (pool: string) => string): string {
  switch (type) {
    case 'LBSelectPoolAction':
      return `http-request set-var(${CHOSEN}) str(${backendOf(pool)})`;
    case 'LBHttpRequestUriRewriteAction':
      return name === '' ? `http-request set-path ${template(value)}` : `http-request set-uri ${template(`${value}?${name}`)}`;
    case 'LBHttpRequestHeaderRewriteAction':
      return `http-request set-header ${token(name)} ${template(value)}`;
    case 'LBHttpRequestHeaderDeleteAction':
      return `http-request del-header ${token(name)}`;
    case 'LBHttpResponseHeaderRewriteAction':
      return `http-response set-header ${token(name)} ${template(value)}`;
    case 'LBHttpResponseHeaderDeleteAction':
      return `http-response del-header ${token(name)}`;
    case 'LBHttpRejectAction':
      return `http-request return status ${status || 403}${value === '' ? '' : ` content-type text/plain string ${word(value)}`}`;
    case 'LBHttpRedirectAction':
      return `http-request redirect location ${template(value)} code ${status || 302}`;
    case 'LBVariableAssignmentAction':
      return `http-request set-var-fmt(${variableName(name)}) ${template(value)}`;
    case 'LBConnectionDropAction':
      return 'http-request silent-drop';
    default:
      throw new Unsupported(`actions of type ${type} cannot be done`);
  }
}

import type { LBRule } from '../../model/balancing/lb-rules.js';
import type { TlsCertificate } from '../../model/system/tls-certificate.resource.js';
import { addressSetKey } from '../groups/address-sets.js';
import type { IntentReads } from '../intent.js';
import type {
  LayerSevenRule,
  LayerSevenRule_Action,
  LayerSevenRule_Condition,
  LayerSevenRule_DistinguishedName,
  LayerSevenRule_Tls,
  LayerSevenRule_TokenCheck,
} from '../resources.pb.js';
import { persistenceOf } from './balancing-persistence.js';

/** Fields of conditions and actions of all types: which of them one has follows from its type. */
interface Fields {
  readonly type: string;
  readonly [field: string]: unknown;
}

/** Which fields of a type name what is looked at or changed, and hold the value. */
const FIELDS: Readonly<Record<string, { readonly name?: string; readonly value?: string }>> = {
  LBHttpRequestUriCondition: { value: 'uri' },
  LBHttpRequestUriArgumentsCondition: { value: 'uri_arguments' },
  LBHttpRequestHeaderCondition: { name: 'header_name', value: 'header_value' },
  LBHttpRequestMethodCondition: { value: 'method' },
  LBHttpRequestVersionCondition: { value: 'version' },
  LBHttpRequestCookieCondition: { name: 'cookie_name', value: 'cookie_value' },
  LBHttpRequestBodyCondition: { value: 'body_value' },
  LBHttpResponseHeaderCondition: { name: 'header_name', value: 'header_value' },
  LBTcpHeaderCondition: { value: 'source_port' },
  LBIpHeaderCondition: { value: 'source_address' },
  LBVariableCondition: { name: 'variable_name', value: 'variable_value' },
  LBSslSniCondition: { value: 'sni' },
  LBHttpRequestUriRewriteAction: { name: 'uri_arguments', value: 'uri' },
  LBHttpRequestHeaderRewriteAction: { name: 'header_name', value: 'header_value' },
  LBHttpRequestHeaderDeleteAction: { name: 'header_name' },
  LBHttpResponseHeaderRewriteAction: { name: 'header_name', value: 'header_value' },
  LBHttpResponseHeaderDeleteAction: { name: 'header_name' },
  LBHttpRejectAction: { value: 'reply_message' },
  LBHttpRedirectAction: { value: 'redirect_url' },
  LBSslModeSelectionAction: { value: 'ssl_mode' },
  LBVariableAssignmentAction: { name: 'variable_name', value: 'variable_value' },
  LBVariablePersistenceOnAction: { name: 'variable_name' },
  LBVariablePersistenceLearnAction: { name: 'variable_name' },
};

export function layerSevenRules(intent: IntentReads, rules: readonly LBRule[] | undefined): LayerSevenRule[] {
  return (rules ?? []).map(({ display_name: name, phase, match_strategy: strategy, match_conditions: conditions, actions }) => ({
    name: name ?? '',
    phase: phase ?? 'HTTP_FORWARDING',
    anyCondition: strategy !== 'ALL',
    conditions: ((conditions ?? []) as readonly Fields[]).map(conditionOf),
    actions: (actions as readonly Fields[]).map((action) => actionOf(intent, action)),
  }));
}

/** Pools that rules send requests to, each once. */
export function poolsOfRules(rules: readonly LBRule[] | undefined): string[] {
  const pools = (rules ?? []).flatMap(({ actions }) => (actions as readonly Fields[]).flatMap(({ pool_id: pool }) => (typeof pool === 'string' ? [pool] : [])));
  return [...new Set(pools)].sort();
}

/** Keys of the address sets that conditions compare clients with. */
export function groupsOfRules(rules: readonly LBRule[] | undefined): string[] {
  return (rules ?? []).flatMap(({ match_conditions: conditions }) => ((conditions ?? []) as readonly Fields[]).map(addressSetOf).filter((set) => set !== ''));
}

function addressSetOf({ type, group_path: group }: Fields): string {
  return type === 'LBIpHeaderCondition' && typeof group === 'string' ? addressSetKey(group, 'ip') : '';
}

function conditionOf(fields: Fields): LayerSevenRule_Condition {
  const { type } = fields;
  return {
    type,
    inverse: fields.inverse === true,
    caseSensitive: fields.case_sensitive !== false,
    name: text(fields, FIELDS[type]?.name),
    value: text(fields, FIELDS[type]?.value),
    match: text(fields, 'match_type') || 'EQUALS',
    addressSet: addressSetOf(fields),
    tls: type === 'LBHttpSslCondition' ? tlsOf(fields) : undefined,
  };
}

function tlsOf(fields: Fields): LayerSevenRule_Tls {
  const { client_supported_ssl_ciphers: offered } = fields;
  return {
    ciphersOffered: Array.isArray(offered) ? offered.map(String) : [],
    cipher: text(fields, 'used_ssl_cipher'),
    protocol: text(fields, 'used_protocol'),
    session: text(fields, 'session_reused') || 'IGNORE',
    issuer: nameOf(fields.client_certificate_issuer_dn, 'issuer_dn'),
    subject: nameOf(fields.client_certificate_subject_dn, 'subject_dn'),
  };
}

function nameOf(condition: unknown, field: string): LayerSevenRule_DistinguishedName | undefined {
  if (condition === undefined) return undefined;
  const fields = condition as Fields;
  return { value: text(fields, field), match: text(fields, 'match_type') || 'REGEX', caseSensitive: fields.case_sensitive !== false };
}

function actionOf(intent: IntentReads, fields: Fields): LayerSevenRule_Action {
  const { type, persistence_profile_path: profile } = fields;
  return {
    type,
    name: text(fields, FIELDS[type]?.name),
    value: text(fields, FIELDS[type]?.value),
    pool: text(fields, 'pool_id'),
    status: Number(fields.reply_status ?? fields.redirect_status ?? 0) || 0,
    persistence: typeof profile === 'string' ? persistenceOf(intent, profile) : undefined,
    hashed: fields.variable_hash_enabled === true,
    token: type === 'LBJwtAuthAction' ? tokenCheck(intent, fields) : undefined,
  };
}

function tokenCheck(intent: IntentReads, fields: Fields): LayerSevenRule_TokenCheck {
  const key = fields.key as { readonly certificate_path?: string; readonly public_key_content?: string } | undefined;
  return {
    publicKey: key?.public_key_content ?? intent.object<TlsCertificate>(key?.certificate_path)?.pem_encoded ?? '',
    places: Array.isArray(fields.tokens) ? fields.tokens.map(String) : [],
    realm: text(fields, 'realm'),
    passedOn: fields.pass_jwt_to_pool === true,
  };
}

function text(fields: Fields, field: string | undefined): string {
  const value = field === undefined ? undefined : fields[field];
  return value === undefined ? '' : String(value);
}

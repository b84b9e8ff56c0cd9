import { Field, type StructClass, Variant } from '../field.js';
import { TLS_CIPHERS, TLS_PROTOCOLS } from './ssl.js';

/**
 * Rules of a virtual server: conditions on a request, a connection or an answer, and what is done where they hold. Both are
 * unions told apart by `type`.
 */

abstract class LBRuleCondition {
  @Field('boolean', 'Turns the condition around.', { default: false })
  inverse!: boolean;
}

const MATCH_TYPES = ['STARTS_WITH', 'ENDS_WITH', 'EQUALS', 'CONTAINS', 'REGEX'] as const;

/** A condition on a text. */
abstract class LBTextCondition extends LBRuleCondition {
  @Field('string', 'How the text is compared.', { enum: MATCH_TYPES, default: 'REGEX' })
  match_type!: string;

  @Field('boolean', 'Whether upper and lower case differ.', { default: true })
  case_sensitive!: boolean;
}

/** A name in a client's certificate. */
abstract class LBDistinguishedName {
  @Field('string', 'How the text is compared.', { enum: MATCH_TYPES, default: 'REGEX' })
  match_type!: string;

  @Field('boolean', 'Whether upper and lower case differ.', { default: true })
  case_sensitive!: boolean;
}

@Variant('LBHttpRequestUriCondition', 'type')
class LBHttpRequestUriCondition extends LBTextCondition {
  @Field('string', 'Path of the URL, without arguments.', { required: true })
  uri!: string;
}

@Variant('LBHttpRequestUriArgumentsCondition', 'type')
class LBHttpRequestUriArgumentsCondition extends LBTextCondition {
  @Field('string', 'Arguments of the URL.', { required: true })
  uri_arguments!: string;
}

@Variant('LBHttpRequestHeaderCondition', 'type')
class LBHttpRequestHeaderCondition extends LBTextCondition {
  @Field('string', 'Name of the header.', { default: 'Host' })
  header_name!: string;

  @Field('string', 'Value of the header.', { required: true })
  header_value!: string;
}

@Variant('LBHttpRequestMethodCondition', 'type')
class LBHttpRequestMethodCondition extends LBRuleCondition {
  @Field('string', 'Method of the request.', { required: true, enum: ['GET', 'OPTIONS', 'POST', 'HEAD', 'PUT'] })
  method!: string;
}

@Variant('LBHttpRequestVersionCondition', 'type')
class LBHttpRequestVersionCondition extends LBRuleCondition {
  @Field('string', 'Version of HTTP, such as `HTTP_VERSION_1_1`.', { required: true })
  version!: string;
}

@Variant('LBHttpRequestCookieCondition', 'type')
class LBHttpRequestCookieCondition extends LBTextCondition {
  @Field('string', 'Name of the cookie.', { required: true })
  cookie_name!: string;

  @Field('string', 'Value of the cookie.', { required: true })
  cookie_value!: string;
}

@Variant('LBHttpRequestBodyCondition', 'type')
class LBHttpRequestBodyCondition extends LBTextCondition {
  @Field('string', 'Text in the body of the request.', { required: true })
  body_value!: string;
}

@Variant('LBHttpResponseHeaderCondition', 'type')
class LBHttpResponseHeaderCondition extends LBTextCondition {
  @Field('string', 'Name of the header of the answer.', { required: true })
  header_name!: string;

  @Field('string', 'Value of the header of the answer.', { required: true })
  header_value!: string;
}

@Variant('LBTcpHeaderCondition', 'type')
class LBTcpHeaderCondition extends LBRuleCondition {
  @Field('string', 'Port or range that the client connects from.', { required: true, format: 'port-or-range' })
  source_port!: string;
}

@Variant('LBIpHeaderCondition', 'type')
class LBIpHeaderCondition extends LBRuleCondition {
  @Field('string', 'Address, block or range that the client connects from.', { format: 'address-or-block-or-range' })
  source_address?: string;

  @Field('string', 'Group that the client belongs to.', { refs: { to: ['Group'] } })
  group_path?: string;
}

@Variant('LBVariableCondition', 'type')
class LBVariableCondition extends LBTextCondition {
  @Field('string', 'Name of a variable that an earlier rule or expression set.', { required: true })
  variable_name!: string;

  @Field('string', 'Value of the variable.', { required: true })
  variable_value!: string;
}

@Variant('LBSslSniCondition', 'type')
class LBSslSniCondition extends LBTextCondition {
  @Field('string', 'Server name that the client asks for in the TLS handshake.', { required: true })
  sni!: string;
}

class LBClientCertificateIssuerDnCondition extends LBDistinguishedName {
  @Field('string', "Distinguished name of the issuer of the client's certificate.", { required: true })
  issuer_dn!: string;
}

class LBClientCertificateSubjectDnCondition extends LBDistinguishedName {
  @Field('string', "Distinguished name in the client's certificate.", { required: true })
  subject_dn!: string;
}

@Variant('LBHttpSslCondition', 'type')
class LBHttpSslCondition extends LBRuleCondition {
  @Field(() => LBClientCertificateIssuerDnCondition, "Who issued the client's certificate.")
  client_certificate_issuer_dn?: LBClientCertificateIssuerDnCondition;

  @Field(() => LBClientCertificateSubjectDnCondition, "Whom the client's certificate names.")
  client_certificate_subject_dn?: LBClientCertificateSubjectDnCondition;

  @Field('string', 'Cipher suites that the client offers.', { array: true, enum: TLS_CIPHERS })
  client_supported_ssl_ciphers?: string[];

  @Field('string', 'Whether the session was resumed.', { enum: ['IGNORE', 'REUSED', 'NEW'], default: 'IGNORE' })
  session_reused!: string;

  @Field('string', 'Version of TLS that was negotiated.', { enum: TLS_PROTOCOLS })
  used_protocol?: string;

  @Field('string', 'Cipher suite that was negotiated.', { enum: TLS_CIPHERS })
  used_ssl_cipher?: string;
}

const CONDITIONS: readonly StructClass[] = [
  LBHttpRequestUriCondition,
  LBHttpRequestHeaderCondition,
  LBHttpRequestMethodCondition,
  LBHttpRequestUriArgumentsCondition,
  LBHttpRequestVersionCondition,
  LBHttpRequestCookieCondition,
  LBHttpRequestBodyCondition,
  LBHttpResponseHeaderCondition,
  LBTcpHeaderCondition,
  LBIpHeaderCondition,
  LBVariableCondition,
  LBHttpSslCondition,
  LBSslSniCondition,
];

@Variant('LBSelectPoolAction', 'type')
class LBSelectPoolAction {
  @Field('string', 'Policy path of the pool that serves.', { required: true, refs: { to: ['LBPool'] } })
  pool_id!: string;
}

@Variant('LBHttpRequestUriRewriteAction', 'type')
class LBHttpRequestUriRewriteAction {
  @Field('string', 'New path of the URL; `$name` stands for what a condition captured.', { required: true })
  uri!: string;

  @Field('string', 'New arguments of the URL.')
  uri_arguments?: string;
}

@Variant('LBHttpRequestHeaderRewriteAction', 'type')
class LBHttpRequestHeaderRewriteAction {
  @Field('string', 'Name of the header that the request gets.', { required: true })
  header_name!: string;

  @Field('string', 'Value of the header.', { required: true })
  header_value!: string;
}

@Variant('LBHttpRequestHeaderDeleteAction', 'type')
class LBHttpRequestHeaderDeleteAction {
  @Field('string', 'Name of the header that is taken out of the request.', { required: true })
  header_name!: string;
}

@Variant('LBHttpResponseHeaderRewriteAction', 'type')
class LBHttpResponseHeaderRewriteAction {
  @Field('string', 'Name of the header that the answer gets.', { required: true })
  header_name!: string;

  @Field('string', 'Value of the header.', { required: true })
  header_value!: string;
}

@Variant('LBHttpResponseHeaderDeleteAction', 'type')
class LBHttpResponseHeaderDeleteAction {
  @Field('string', 'Name of the header that is taken out of the answer.', { required: true })
  header_name!: string;
}

@Variant('LBHttpRejectAction', 'type')
class LBHttpRejectAction {
  @Field('string', 'Status code of the refusal.', { required: true })
  reply_status!: string;

  @Field('string', 'Body of the refusal.')
  reply_message?: string;
}

@Variant('LBHttpRedirectAction', 'type')
class LBHttpRedirectAction {
  @Field('string', 'Status code of the redirection.', { required: true })
  redirect_status!: string;

  @Field('string', 'URL that the client is sent to.', { required: true })
  redirect_url!: string;
}

@Variant('LBConnectionDropAction', 'type')
class LBConnectionDropAction {}

@Variant('LBSslModeSelectionAction', 'type')
class LBSslModeSelectionAction {
  @Field('string', 'Whether TLS ends here, ends here and begins anew towards the member, or passes through.', {
    required: true,
    enum: ['SSL_PASSTHROUGH', 'SSL_END_TO_END', 'SSL_OFFLOAD'],
  })
  ssl_mode!: string;
}

@Variant('LBVariableAssignmentAction', 'type')
class LBVariableAssignmentAction {
  @Field('string', 'Name of the variable that is set.', { required: true })
  variable_name!: string;

  @Field('string', 'Value of the variable.', { required: true })
  variable_value!: string;
}

/** Persistence by the value of a variable. */
abstract class LBVariablePersistence {
  @Field('string', 'Generic persistence profile whose table is used; one that is not shared where left out.', { refs: { to: ['LBGenericPersistenceProfile'] } })
  persistence_profile_path?: string;

  @Field('string', 'Name of the variable.', { required: true })
  variable_name!: string;

  @Field('boolean', 'Whether a long value is kept as its hash.', { default: false })
  variable_hash_enabled!: boolean;
}

@Variant('LBVariablePersistenceOnAction', 'type')
class LBVariablePersistenceOnAction extends LBVariablePersistence {}

@Variant('LBVariablePersistenceLearnAction', 'type')
class LBVariablePersistenceLearnAction extends LBVariablePersistence {}

@Variant('LBJwtCertificateKey', 'type')
class LBJwtCertificateKey {
  @Field('string', 'Certificate whose key signs the tokens.', { required: true, refs: { to: ['TlsCertificate'] } })
  certificate_path!: string;
}

@Variant('LBJwtPublicKey', 'type')
class LBJwtPublicKey {
  @Field('string', 'Public key that the tokens are signed for, in PEM.', { required: true })
  public_key_content!: string;
}

@Variant('LBJwtSymmetricKey', 'type')
class LBJwtSymmetricKey {}

const JWT_KEYS: readonly StructClass[] = [LBJwtCertificateKey, LBJwtSymmetricKey, LBJwtPublicKey];

@Variant('LBJwtAuthAction', 'type')
class LBJwtAuthAction {
  @Field({ oneOf: () => JWT_KEYS }, 'Key that tokens are checked with.')
  key?: { type: string; certificate_path?: string; public_key_content?: string };

  @Field('string', 'Where a request may carry its token, in the order in which they are tried; the header Authorization where left out.', { array: true })
  tokens?: string[];

  @Field('string', 'What the refusal says is protected.')
  realm?: string;

  @Field('boolean', 'Whether the member sees the token.', { default: false })
  pass_jwt_to_pool!: boolean;
}

const ACTIONS: readonly StructClass[] = [
  LBSelectPoolAction,
  LBHttpRequestUriRewriteAction,
  LBHttpRequestHeaderRewriteAction,
  LBHttpRejectAction,
  LBHttpRedirectAction,
  LBHttpResponseHeaderRewriteAction,
  LBHttpRequestHeaderDeleteAction,
  LBHttpResponseHeaderDeleteAction,
  LBVariableAssignmentAction,
  LBVariablePersistenceOnAction,
  LBVariablePersistenceLearnAction,
  LBJwtAuthAction,
  LBSslModeSelectionAction,
  LBConnectionDropAction,
];

export class LBRule {
  @Field('string', 'Name for people.')
  display_name?: string;

  @Field('string', 'Moment at which the rule is looked at.', {
    enum: ['HTTP_REQUEST_REWRITE', 'HTTP_FORWARDING', 'HTTP_RESPONSE_REWRITE', 'HTTP_ACCESS', 'TRANSPORT'],
    default: 'HTTP_FORWARDING',
  })
  phase!: string;

  @Field('string', 'Whether all conditions must hold or any one.', { enum: ['ALL', 'ANY'], default: 'ANY' })
  match_strategy!: string;

  @Field({ oneOf: () => CONDITIONS }, 'When the actions are carried out; always where left out.', { array: true, maxItems: 60 })
  match_conditions?: { type: string }[];

  @Field({ oneOf: () => ACTIONS }, 'What is done, in this order.', { array: true, required: true, maxItems: 60 })
  actions!: { type: string }[];
}

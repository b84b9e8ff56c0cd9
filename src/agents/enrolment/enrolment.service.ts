import { CODES } from '../../model/error-codes.js';
import { PolicyError } from '../../model/problem.js';
import type { IntentReader, RequestContext } from '../../policy/ports.js';
import { FabricDirectory } from '../fabric-directory.js';
import { type CertificateAuthority, checkRequest, fingerprintOf } from '../pki/certificate-authority.js';
import type { CertificateRecord } from '../records.js';
import { mintToken, parseToken, tokenHash, tokenText } from './enrolment-token.js';

/** A token as it is kept: the hash of its secret, and what it is good for. Times are milliseconds since 1970. */
export interface TokenRecord {
  readonly tokenHash: string;
  readonly nodeId: string;
  /** Policy path of the node's object. */
  readonly path: string;
  readonly createdBy: string;
  readonly createdAt: number;
  readonly expiresAt: number;
}

/** What enrolment keeps, and reads of it. */
export interface EnrolmentStore {
  tokens(): readonly (TokenRecord & { readonly consumedAt: number | null })[];
  mint(token: TokenRecord, context: RequestContext): Promise<void>;
  /** Uses a token up, in one step: of two who come with it one is answered undefined, as it is when the token is not good. */
  consume(tokenHash: string, at: number): Promise<{ readonly nodeId: string; readonly path: string } | undefined>;
  issued(certificate: CertificateRecord): Promise<void>;
  /** Revokes every certificate of a node, and the tokens for it. */
  revoke(nodeId: string, at: number): Promise<void>;
  audit(context: RequestContext, status: number): Promise<void>;
}

export interface MintedToken extends TokenRecord {
  /** The token itself, shown once. */
  readonly token: string;
}

export interface Enrolled {
  readonly nodeId: string;
  readonly path: string;
  /** PEM. */
  readonly certificate: string;
  readonly authority: string;
  /** Port on the manager that the agent connects to. */
  readonly agentPort: number;
}

const MINUTE = 60_000;

/**
 * How an agent becomes a node: an administrator mints a token for the node's object, the agent brings it with a certificate
 * request, and from then on its certificate says who it is.
 */
export class EnrolmentService {
  constructor(
    private readonly authority: CertificateAuthority,
    private readonly reader: IntentReader,
    private readonly store: EnrolmentStore,
    private readonly facts: { readonly agentPort: number; readonly certificateLifetime: number },
    private readonly now: () => number = Date.now,
  ) {}

  /** PEM of the authority; its fingerprint is in every token. */
  get authorityCertificate(): string {
    return this.authority.certificate;
  }

  tokens(): ReturnType<EnrolmentStore['tokens']> {
    return this.store.tokens();
  }

  /**
   * Mints a token for one node.
   * @param path policy path of its HostTransportNode or PolicyEdgeNode
   * @throws PolicyError 400 when that is not a transport node
   */
  async mint(path: string, validMinutes: number, context: RequestContext): Promise<MintedToken> {
    const node = this.reader.get(path);
    if (!node || !FabricDirectory.isNode(node.resource_type)) {
      throw new PolicyError({
        status: 400,
        code: CODES.badReference,
        field: 'node_path',
        message: `Field node_path must be the policy path of a HostTransportNode or a PolicyEdgeNode; ${path} is none. Create it first.`,
      });
    }
    const token = mintToken(this.authority.fingerprint);
    const createdAt = this.now();
    const record: TokenRecord = {
      tokenHash: tokenHash(token),
      nodeId: node.unique_id,
      path,
      createdBy: context.actor.user,
      createdAt,
      expiresAt: createdAt + validMinutes * MINUTE,
    };
    await this.store.mint(record, context);
    return { ...record, token: tokenText(token) };
  }

  /**
   * Gives an agent its certificate. What is wrong with the request is found before the token is used up.
   * @param node path or last segment of the node that the agent means to be; empty: whichever the token is for
   * @throws PolicyError 400 for a bad request, 403 for a token that is not good (audited)
   */
  async enrol(text: string, request: string, node: string, context: RequestContext): Promise<Enrolled> {
    const problem = await checkRequest(request);
    if (problem) {
      throw new PolicyError({
        status: 400,
        code: CODES.field,
        field: 'certificate_request',
        message: `Field certificate_request must be a PKCS#10 request in PEM form: ${problem}.`,
      });
    }
    const token = parseToken(text);
    if (!token) return this.refuse('It is not an enrolment token', context);
    if (!token.authority.equals(this.authority.fingerprint)) return this.refuse('It is of another manager', context);
    const hash = tokenHash(token);
    const known = this.store.tokens().find(({ tokenHash: other }) => other === hash);
    if (known && node !== '' && node !== known.path && !known.path.endsWith(`/${node}`)) return this.refuse('It is for another node', context);
    const at = this.now();
    const identity = await this.store.consume(hash, at);
    if (!identity) return this.refuse('It is unknown, has expired or was used', context);
    if (this.reader.get(identity.path)?.unique_id !== identity.nodeId) return this.refuse('Its node was deleted', context);
    const { certificate, serial, notAfter } = await this.authority.issueNode(request, identity, at + this.facts.certificateLifetime, at);
    await this.store.issued({ nodeId: identity.nodeId, serial, fingerprint: fingerprintOf(certificate).toString('hex'), issuedAt: at, notAfter });
    await this.store.audit({ ...context, actor: { user: `node ${identity.path}`, principal: false, roles: [] } }, 201);
    return { ...identity, certificate, authority: this.authority.certificate, agentPort: this.facts.agentPort };
  }

  /** Revokes every certificate of a node. Streams are cut by whoever holds them. */
  async revoke(nodeId: string, context: RequestContext): Promise<void> {
    await this.store.revoke(nodeId, this.now());
    await this.store.audit(context, 200);
  }

  private async refuse(why: string, context: RequestContext): Promise<never> {
    await this.store.audit(context, 403);
    throw new PolicyError({
      status: 403,
      code: CODES.credentials,
      message: `The token is not good: ${why}. Ask for a new one with POST /heddle/api/v1/enrolment-tokens.`,
    });
  }
}

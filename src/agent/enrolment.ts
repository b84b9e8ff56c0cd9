import { request as httpsRequest, type RequestOptions } from 'node:https';
import { parseToken } from '../agents/enrolment/enrolment-token.js';
import { fingerprintOf, requestCertificate } from '../agents/pki/certificate-authority.js';
import type { AgentIdentity } from './node-state.js';

export interface EnrolmentOptions {
  /** Base URL of the manager: `https://manager:8443`. */
  readonly manager: URL;
  readonly token: string;
  /** Path or id of the node that the agent means to be; left out: whichever the token is for. */
  readonly node?: string;
  /** PEM of the authority of the manager's HTTPS certificate, where that is not the manager's own. */
  readonly httpsAuthority?: string;
}

/** Enrolment failed for a reason that trying again will not change. */
export class EnrolmentRefused extends Error {}

/**
 * Becomes a node: fetches the manager's authority and checks it against the fingerprint in the token, then brings the token over a
 * connection that is verified by that authority. The private key is made here and stays here.
 * @throws EnrolmentRefused when the token is not one, the manager is not the one that minted it, or the manager refuses it
 * @throws Error when the manager cannot be reached
 */
export async function enrol({ manager, token: text, node, httpsAuthority }: EnrolmentOptions): Promise<AgentIdentity> {
  const token = parseToken(text);
  if (!token) throw new EnrolmentRefused('the enrolment token is not one: it begins with heddle-enrol-');
  const authority = await fetchAuthority(manager, token.authority);
  const { privateKey, request } = await requestCertificate();
  const body = JSON.stringify({ token: text, certificate_request: request, ...(node ? { node } : {}) });
  const { status, answer } = await exchange(new URL('/heddle/api/v1/enrolments', manager), { method: 'POST', ca: httpsAuthority ?? authority }, body);
  if (status !== 201) throw new EnrolmentRefused(typeof answer.error_message === 'string' ? answer.error_message : `the manager answered ${status}`);
  const { node_id: nodeId, node_path: path, certificate, agent_port: agentPort } = answer;
  if (typeof nodeId !== 'string' || typeof path !== 'string' || typeof certificate !== 'string' || typeof agentPort !== 'number') {
    throw new EnrolmentRefused('the manager answered something else than a certificate');
  }
  return { nodeId, path, managerHost: hostOf(manager), agentPort, privateKey, certificate, authority };
}

/** Host name or address of a URL; IPv6 without its brackets. */
export function hostOf(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, '');
}

/** The connection is not verified: what comes over it is, by the fingerprint. Nothing secret is sent. */
async function fetchAuthority(manager: URL, fingerprint: Buffer): Promise<string> {
  const { status, answer } = await exchange(new URL('/heddle/api/v1/authority', manager), { method: 'GET', rejectUnauthorized: false });
  const { certificate } = answer;
  if (status !== 200 || typeof certificate !== 'string') throw new Error(`the manager answered ${status} when asked for its authority`);
  if (!fingerprintOf(certificate).equals(fingerprint)) throw new EnrolmentRefused('the manager is not the one that the token is for: its authority is another');
  return certificate;
}

const LARGEST_ANSWER = 256 * 1024;
const TIMEOUT = 15_000;

function exchange(url: URL, options: RequestOptions, body?: string): Promise<{ readonly status: number; readonly answer: Record<string, unknown> }> {
  return new Promise((resolve, reject) => {
    const headers = body === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
    const sent = httpsRequest(url, { ...options, headers, agent: false, timeout: TIMEOUT }, (response) => {
      const chunks: Buffer[] = [];
      let size = 0;
      response.on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (size > LARGEST_ANSWER) sent.destroy(new Error('the answer of the manager is too long'));
        else chunks.push(chunk);
      });
      response.on('error', reject);
      response.on('end', () => {
        try {
          const answer: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8'));
          resolve({ status: response.statusCode ?? 0, answer: typeof answer === 'object' && answer !== null ? (answer as Record<string, unknown>) : {} });
        } catch (error) {
          reject(new Error('the manager answered something that is not JSON', { cause: error }));
        }
      });
    });
    sent.on('timeout', () => sent.destroy(new Error(`the manager did not answer within ${TIMEOUT / 1000} s`)));
    sent.on('error', reject);
    sent.end(body);
  });
}

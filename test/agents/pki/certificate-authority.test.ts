import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tls from 'node:tls';
import { beforeAll, describe, expect, it } from 'vitest';
import { CertificateAuthority, requestCertificate, serialText } from '../../../src/agents/pki/certificate-authority.js';
import { nodeIdentityFrom, nodeIdentityUri } from '../../../src/agents/pki/node-identity.js';

const HOUR = 60 * 60 * 1000;
const NODE = { path: '/infra/sites/default/enforcement-points/default/host-transport-nodes/rack 1: h,1', nodeId: '5f0c-1' };

describe('the certificate authority', () => {
  const directory = mkdtempSync(join(tmpdir(), 'heddle-pki-'));
  let authority: CertificateAuthority;
  beforeAll(async () => {
    authority = await CertificateAuthority.open(directory);
  });

  it('keeps its key from everyone but the owner, and is the same one when opened again', async () => {
    expect(statSync(join(directory, 'ca.key')).mode & 0o777).toBe(0o600);
    const again = await CertificateAuthority.open(directory);
    expect(again.fingerprint.equals(authority.fingerprint)).toBe(true);
    expect(readFileSync(join(directory, 'ca.key'), 'utf8')).toContain('BEGIN PRIVATE KEY');
  });

  it('opened twice at once in an empty directory ends as one authority whose key fits its certificate', async () => {
    const fresh = mkdtempSync(join(tmpdir(), 'heddle-pki-'));
    const [one, two] = await Promise.all([CertificateAuthority.open(fresh), CertificateAuthority.open(fresh)]);
    expect(one.certificate).toBe(two.certificate);
    const { request } = await requestCertificate();
    for (const made of [one, two]) {
      const leaf = new X509Certificate((await made.issueNode(request, NODE, Date.now() + HOUR)).certificate);
      expect(leaf.verify(new X509Certificate(one.certificate).publicKey)).toBe(true);
    }
  });

  it('issues node certificates that say which node and which incarnation of it, whatever its id holds', async () => {
    const { request } = await requestCertificate();
    const issued = await authority.issueNode(request, NODE, Date.now() + HOUR);
    const leaf = new X509Certificate(issued.certificate);
    expect(nodeIdentityFrom(leaf.subjectAltName)).toEqual(NODE);
    expect(serialText(leaf.serialNumber)).toBe(issued.serial);
    expect(leaf.checkIssued(new X509Certificate(authority.certificate))).toBe(true);
    expect(leaf.ca).toBe(false);
  });

  it('refuses a request whose signature does not belong to its key', async () => {
    const { request } = await requestCertificate();
    const der = Buffer.from(request.replace(/-----[^-]+-----|\s/g, ''), 'base64');
    der[der.length - 3] = (der.at(-3) as number) ^ 1;
    const forged = `-----BEGIN CERTIFICATE REQUEST-----\n${der.toString('base64')}\n-----END CERTIFICATE REQUEST-----`;
    await expect(authority.issueNode(forged, NODE, Date.now() + HOUR)).rejects.toThrow();
    await expect(authority.issueNode('no request', NODE, Date.now() + HOUR)).rejects.toThrow();
  });

  it('makes a server certificate that a TLS client accepts under each of its names and no other', async () => {
    const { certificate, privateKey } = await authority.issueServer(['localhost', '127.0.0.1'], Date.now() + HOUR);
    const server = tls.createServer({ cert: certificate, key: privateKey, minVersion: 'TLSv1.3' }, (socket) => socket.end());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    const connect = (servername: string, checkAs: string) =>
      new Promise<string>((resolve) => {
        const socket = tls.connect({
          port,
          host: '127.0.0.1',
          servername,
          ca: authority.certificate,
          checkServerIdentity: (_, peer) => tls.checkServerIdentity(checkAs, peer),
        });
        socket.on('secureConnect', () => resolve('accepted')).on('error', (error) => resolve((error as NodeJS.ErrnoException).code ?? 'refused'));
        socket.on('close', () => socket.destroy());
      });
    expect(await connect('localhost', 'localhost')).toBe('accepted');
    expect(await connect('localhost', '127.0.0.1')).toBe('accepted');
    expect(await connect('localhost', 'other.example')).toBe('ERR_TLS_CERT_ALTNAME_INVALID');
    server.close();
  });
});

describe('the identity in a certificate', () => {
  it('is read only where there is exactly one', () => {
    const uri = nodeIdentityUri(NODE);
    expect(nodeIdentityFrom(`DNS:h1, URI:${uri}`)).toEqual(NODE);
    expect(nodeIdentityFrom(undefined)).toBeUndefined();
    expect(nodeIdentityFrom('URI:urn:heddle:node:only')).toBeUndefined();
    expect(nodeIdentityFrom(`URI:${uri}, URI:${uri}`)).toBeUndefined();
  });
});

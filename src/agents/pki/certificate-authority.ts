import 'reflect-metadata';
import { createHash, randomBytes, webcrypto } from 'node:crypto';
import { isIP } from 'node:net';
import { join } from 'node:path';
import * as x509 from '@peculiar/x509';
import { createFileOnce, readIfPresent } from '../../shared/durable-file.js';
import { type NodeIdentity, nodeIdentityUri } from './node-identity.js';

/** P-256 everywhere: every TLS stack knows it, and a signature costs tens of microseconds. */
const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const DAY = 24 * 60 * 60 * 1000;
const AUTHORITY_LIFETIME = 10 * 365 * DAY;
/** Clocks of nodes run ahead and behind; a certificate is valid a little before it was made. */
const BACKDATE = 60 * 60 * 1000;

x509.cryptoProvider.set(webcrypto);

/** A certificate with the private key it was made for, both as PEM text. */
export interface KeyedCertificate {
  readonly certificate: string;
  readonly privateKey: string;
}

/** A certificate made for a node: the serial number is what a revocation names. */
export interface NodeCertificate {
  readonly certificate: string;
  /** Lower-case hexadecimal without leading zeros, as Node's TLS reports it after lower-casing. */
  readonly serial: string;
  /** Milliseconds since 1970. */
  readonly notAfter: number;
}

/**
 * The manager's own certificate authority: it signs the manager's server certificates and the nodes' client certificates, and
 * nothing else trusts it. Its key never leaves the data directory.
 */
export class CertificateAuthority {
  private constructor(
    readonly certificate: string,
    private readonly signer: x509.X509Certificate,
    private readonly key: webcrypto.CryptoKey,
  ) {}

  /**
   * Opens the authority in a directory, or creates it there (`ca.key` readable by the owner only, `ca.crt`).
   * Threads and processes that create it at once end with the same one.
   */
  static async open(directory: string, now = Date.now()): Promise<CertificateAuthority> {
    const keyFile = join(directory, 'ca.key');
    const certificateFile = join(directory, 'ca.crt');
    const key = await importKey(readIfPresent(keyFile) ?? createFileOnce(keyFile, (await generateKey()).privateKey));
    const certificate = readIfPresent(certificateFile) ?? createFileOnce(certificateFile, await selfSign(key, now), 0o644);
    return new CertificateAuthority(certificate, new x509.X509Certificate(certificate), key.privateKey);
  }

  /** SHA-256 of the certificate in DER form: what an enrolment token pins. */
  get fingerprint(): Buffer {
    return fingerprintOf(this.certificate);
  }

  /** Makes a key and a certificate for the manager's own servers; `names` are host names and addresses. */
  async issueServer(names: readonly string[], notAfter: number, now = Date.now()): Promise<KeyedCertificate> {
    const { publicKey, privateKey } = await generateKey();
    const certificate = await this.sign({
      subject: { CN: ['heddle-manager'] },
      publicKey,
      notBefore: now,
      notAfter,
      usage: x509.ExtendedKeyUsage.serverAuth,
      names: names.map((value) => ({ type: isIP(value) ? ('ip' as const) : ('dns' as const), value })),
    });
    return { certificate: certificate.toString('pem'), privateKey };
  }

  /**
   * Signs a node's request. Only the public key is taken from the request: who the node is was decided by the token, or by the
   * certificate that the request came in over.
   * @throws Error when the text is no PKCS#10 request, its signature is wrong, or its key is not ECDSA P-256
   */
  async issueNode(requestPem: string, identity: NodeIdentity, notAfter: number, now = Date.now()): Promise<NodeCertificate> {
    const request = await verifiedRequest(requestPem);
    const certificate = await this.sign({
      subject: { CN: [identity.path.slice(identity.path.lastIndexOf('/') + 1).slice(0, 64)] },
      publicKey: await request.publicKey.export(ALGORITHM, ['verify']),
      notBefore: now,
      notAfter,
      usage: x509.ExtendedKeyUsage.clientAuth,
      names: [{ type: 'url', value: nodeIdentityUri(identity) }],
    });
    return { certificate: certificate.toString('pem'), serial: serialText(certificate.serialNumber), notAfter: certificate.notAfter.getTime() };
  }

  private sign(leaf: {
    readonly subject: x509.JsonName[number];
    readonly publicKey: webcrypto.CryptoKey;
    readonly notBefore: number;
    readonly notAfter: number;
    readonly usage: x509.ExtendedKeyUsage;
    readonly names: x509.JsonGeneralNames;
  }): Promise<x509.X509Certificate> {
    return x509.X509CertificateGenerator.create({
      serialNumber: newSerial(),
      subject: [leaf.subject],
      issuer: this.signer.subject,
      notBefore: new Date(leaf.notBefore - BACKDATE),
      notAfter: new Date(leaf.notAfter),
      signingKey: this.key,
      publicKey: leaf.publicKey,
      signingAlgorithm: ALGORITHM,
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        new x509.ExtendedKeyUsageExtension([leaf.usage]),
        new x509.SubjectAlternativeNameExtension(leaf.names),
      ],
    });
  }
}

/** SHA-256 of a PEM certificate's DER form. */
export function fingerprintOf(certificatePem: string): Buffer {
  return createHash('sha256')
    .update(new Uint8Array(new x509.X509Certificate(certificatePem).rawData))
    .digest();
}

/** Serial numbers are compared as text: lower case, no leading zeros. */
export function serialText(serial: string): string {
  return serial.toLowerCase().replace(/^0+(?=.)/, '');
}

/** Makes a private key (PKCS#8 PEM) and a request (PKCS#10 PEM) for it: the node's half of an enrolment. */
export async function requestCertificate(): Promise<{ readonly privateKey: string; readonly request: string }> {
  const keys = await subtleKeys();
  const request = await x509.Pkcs10CertificateRequestGenerator.create({ name: 'CN=heddle-node', keys, signingAlgorithm: ALGORITHM });
  return { privateKey: await exportKey(keys.privateKey), request: request.toString('pem') };
}

/** What is wrong with a certificate request, or undefined when it can be signed. */
export async function checkRequest(requestPem: string): Promise<string | undefined> {
  try {
    await verifiedRequest(requestPem);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

async function verifiedRequest(pem: string): Promise<x509.Pkcs10CertificateRequest> {
  const request = new x509.Pkcs10CertificateRequest(pem);
  const { name, namedCurve } = request.publicKey.algorithm as { name?: string; namedCurve?: string };
  if (name !== 'ECDSA' || namedCurve !== 'P-256') throw new Error('the request must hold an ECDSA key on P-256');
  if (!(await request.verify())) throw new Error('the signature of the request does not match its key');
  return request;
}

async function selfSign(keys: webcrypto.CryptoKeyPair, now: number): Promise<string> {
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: newSerial(),
    name: 'CN=Heddle node authority',
    notBefore: new Date(now - BACKDATE),
    notAfter: new Date(now + AUTHORITY_LIFETIME),
    keys,
    signingAlgorithm: ALGORITHM,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return certificate.toString('pem');
}

/** 127 random bits, so that the number is positive and needs no counter that must survive. */
function newSerial(): string {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] as number) & 0x7f) | 0x40;
  return bytes.toString('hex');
}

async function subtleKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
}

async function generateKey(): Promise<{ readonly publicKey: webcrypto.CryptoKey; readonly privateKey: string }> {
  const keys = await subtleKeys();
  return { publicKey: keys.publicKey, privateKey: await exportKey(keys.privateKey) };
}

async function exportKey(key: webcrypto.CryptoKey): Promise<string> {
  return x509.PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', key), 'PRIVATE KEY');
}

async function importKey(pem: string): Promise<webcrypto.CryptoKeyPair> {
  const [der] = x509.PemConverter.decode(pem);
  if (!der) throw new Error('the key file of the certificate authority holds no private key');
  const privateKey = await webcrypto.subtle.importKey('pkcs8', der, ALGORITHM, true, ['sign']);
  const { d: _secret, key_ops: _operations, ...open } = await webcrypto.subtle.exportKey('jwk', privateKey);
  return { privateKey, publicKey: await webcrypto.subtle.importKey('jwk', open, ALGORITHM, true, ['verify']) };
}

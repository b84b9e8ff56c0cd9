import { createHash, createPrivateKey } from 'node:crypto';
import { join } from 'node:path';
import type { SecretReference, TlsSettings, TlsSettings_Certificate } from '../../realization/resources.pb.js';
import { versionsAndCiphers } from './tls.js';
import { Unsupported } from './words.js';

/** The text of a secret that a resource refers to; undefined where it is not needed: the file that it goes into is there already. */
export type SecretTexts = (reference: SecretReference) => string | undefined;

/** Where the certificate and the key are, in one file: another version of either is another file. */
export function certificateFile(folder: string, { pem, privateKey }: TlsSettings_Certificate): string {
  return pemFile(folder, [pem, privateKey?.path, privateKey?.field, privateKey?.version].join('\n'));
}

function pemFile(folder: string, content: string): string {
  return join(folder, `${createHash('sha256').update(content).digest('hex').slice(0, 24)}.pem`);
}

/** Gathers the files of certificates and keys that lines of the configuration name. The same is written once. */
export class TlsFiles {
  /** By path; undefined: it stays as it is. */
  readonly contents = new Map<string, string | undefined>();

  /** @param folder where the files will be */
  constructor(
    private readonly folder: string,
    private readonly secrets: SecretTexts,
  ) {}

  /** Options of a `bind` line. The first certificate is for those who name no other. */
  towardsClients(tls: TlsSettings): string[] {
    const sorted = [...tls.certificates].sort((a, b) => Number(b.isDefault) - Number(a.isDefault));
    if (sorted.length === 0) throw new Unsupported('a balancer that ends TLS needs a certificate');
    return [
      'ssl',
      ...sorted.map((certificate) => `crt ${this.certificate(certificate)}`),
      ...versionsAndCiphers(tls),
      ...(tls.preferServerCiphers ? [] : ['prefer-client-ciphers']),
      ...(tls.sessionCache ? [] : ['no-tls-tickets']),
      ...this.verification(tls, `verify ${tls.peerRequired ? 'required' : 'optional'}`),
    ];
  }

  /** Options of a `server` line, without `ssl`. */
  towardsServers(tls: TlsSettings): string[] {
    const [own] = tls.certificates;
    const checked = tls.peerRequired ? this.verification(tls, 'verify required') : [];
    return [...(own ? [`crt ${this.certificate(own)}`] : []), ...versionsAndCiphers(tls), ...(checked.length > 0 ? checked : ['verify none'])];
  }

  private verification({ authorities, revocationLists }: TlsSettings, how: string): string[] {
    if (authorities.length === 0) return [];
    const lists = revocationLists.length === 0 ? [] : [`crl-file ${this.file(revocationLists.join('\n'))}`];
    return [`ca-file ${this.file(authorities.join('\n'))}`, ...lists, how];
  }

  /** HAProxy cannot be asked for a passphrase: the key is written without one. */
  private certificate(certificate: TlsSettings_Certificate): string {
    const { pem, privateKey, passphrase, path } = certificate;
    if (!privateKey) throw new Unsupported(`the certificate ${path} has no private key`);
    const stored = this.secrets(privateKey);
    const opened = (text: string): string | Buffer =>
      passphrase ? createPrivateKey({ key: text, passphrase: this.secrets(passphrase) }).export({ format: 'pem', type: 'pkcs8' }) : text;
    const file = certificateFile(this.folder, certificate);
    this.contents.set(file, stored === undefined ? undefined : `${pem.trim()}\n${String(opened(stored)).trim()}\n`);
    return file;
  }

  private file(content: string): string {
    const path = pemFile(this.folder, content);
    this.contents.set(path, `${content}\n`);
    return path;
  }
}

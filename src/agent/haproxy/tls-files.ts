import { createPrivateKey } from 'node:crypto';
import type { SecretReference, TlsSettings, TlsSettings_Certificate } from '../../realization/resources.pb.js';
import { type ConfigurationFiles, pathFor } from './configuration-files.js';
import { versionsAndCiphers } from './tls.js';
import { Unsupported } from './words.js';

/** The text of a secret that a resource refers to; undefined where it is not needed: the file that it goes into is there already. */
export type SecretTexts = (reference: SecretReference) => string | undefined;

/** Where the certificate and the key are, in one file: another version of either is another file. */
export function certificateFile(folder: string, { pem, privateKey }: TlsSettings_Certificate): string {
  return pathFor(folder, [pem, privateKey?.path, privateKey?.field, privateKey?.version].join('\n'), 'pem');
}

/** What lines of the configuration say of TLS, and the certificates and keys that they name. */
export class TlsFiles {
  constructor(
    private readonly files: ConfigurationFiles,
    private readonly secrets: SecretTexts,
  ) {}

  /** Options of a `bind` line. The first certificate is for those who name no other; they are in a list because a line has 64 words at most. */
  towardsClients(tls: TlsSettings): string[] {
    const sorted = [...tls.certificates].sort((a, b) => Number(b.isDefault) - Number(a.isDefault));
    if (sorted.length === 0) throw new Unsupported('a balancer that ends TLS needs a certificate');
    return [
      'ssl',
      `crt-list ${this.files.add(
        sorted.map((certificate) => this.certificate(certificate)),
        'certificates',
      )}`,
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
    const lists = revocationLists.length === 0 ? [] : [`crl-file ${this.files.add(revocationLists, 'pem')}`];
    return [`ca-file ${this.files.add(authorities, 'pem')}`, ...lists, how];
  }

  /** HAProxy cannot be asked for a passphrase: the key is written without one. */
  private certificate(certificate: TlsSettings_Certificate): string {
    const { pem, privateKey, passphrase, path } = certificate;
    if (!privateKey) throw new Unsupported(`the certificate ${path} has no private key`);
    const stored = this.secrets(privateKey);
    const opened = (text: string): string | Buffer =>
      passphrase ? createPrivateKey({ key: text, passphrase: this.secrets(passphrase) }).export({ format: 'pem', type: 'pkcs8' }) : text;
    const file = certificateFile(this.files.folder, certificate);
    this.files.contents.set(file, stored === undefined ? undefined : `${pem.trim()}\n${String(opened(stored)).trim()}\n`);
    return file;
  }
}

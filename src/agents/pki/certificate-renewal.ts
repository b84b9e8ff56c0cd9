import type { CertificateAuthority, KeyedCertificate } from './certificate-authority.js';
import { serverCertificate } from './server-certificate.js';

const DAY = 24 * 60 * 60 * 1000;

export interface RenewalParts {
  readonly directory: string;
  readonly authority: CertificateAuthority;
  readonly names: readonly string[];
  /** The certificate that is shown now. */
  readonly shown: KeyedCertificate;
  /** Shows another one to whoever connects from now on. */
  show(certificate: KeyedCertificate): unknown;
  /** Something went wrong; it is tried again the next day, weeks before the certificate ends. */
  failed(error: unknown): void;
}

/**
 * Looks once a day whether the manager's own certificate nears its end, and replaces it: a manager may run for longer than a
 * certificate is valid.
 * @returns what ends it
 */
export function renewServerCertificate({ directory, authority, names, shown, show, failed }: RenewalParts, every = DAY): () => void {
  let current = shown.certificate;
  const look = async (): Promise<void> => {
    const fresh = await serverCertificate(directory, authority, names);
    if (fresh.certificate === current) return;
    await show(fresh);
    current = fresh.certificate;
  };
  // One look at a time: on a busy machine one may take longer than the time between two.
  let looking = false;
  const timer = setInterval(() => {
    if (looking) return;
    looking = true;
    void look()
      .catch(failed)
      .finally(() => {
        looking = false;
      });
  }, every);
  timer.unref();
  return () => clearInterval(timer);
}

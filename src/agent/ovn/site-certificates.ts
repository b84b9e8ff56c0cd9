import type { Layer7Balancer, TlsSettings_Certificate } from '../../realization/resources.pb.js';
import type { Site } from './site.js';

/** Every certificate that programs of a site show to somebody. */
export function certificatesOf({ balancers, watches }: Site): TlsSettings_Certificate[] {
  const checks = watches.flatMap(({ pool }) => pool.monitors.map(({ tls }) => tls));
  return [...[...balancers.values()].flatMap(settingsOf), ...checks].flatMap((tls) => tls?.certificates ?? []);
}

function settingsOf({ clientTls, serverTls, pool, sorryPool, rulePools }: Layer7Balancer): (Layer7Balancer['clientTls'] | undefined)[] {
  return [clientTls, serverTls, ...[pool, sorryPool, ...rulePools].flatMap((one) => one?.monitors.map(({ tls }) => tls) ?? [])];
}

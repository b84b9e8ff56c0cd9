import type { BalancerPool, NodeResource, SecretReference, TlsSettings } from './resources.pb.js';

/** Secrets that a resource refers to: private keys of certificates, passwords of neighbours. */
export function secretsOf({ body }: NodeResource): SecretReference[] {
  switch (body?.$case) {
    case 'bgpInstance':
      return body.value.neighbors.flatMap(({ password }) => password ?? []);
    case 'layer4Balancer':
      return [body.value.pool, body.value.sorryPool].flatMap(secretsOfPool);
    case 'layer7Balancer': {
      const { clientTls, serverTls, pool, sorryPool, rulePools } = body.value;
      return [...[clientTls, serverTls].flatMap(keysOf), ...[pool, sorryPool, ...rulePools].flatMap(secretsOfPool)];
    }
    default:
      return [];
  }
}

function secretsOfPool(pool: BalancerPool | undefined): SecretReference[] {
  return (pool?.monitors ?? []).flatMap(({ tls }) => keysOf(tls));
}

function keysOf(tls: TlsSettings | undefined): SecretReference[] {
  return (tls?.certificates ?? []).flatMap(({ privateKey, passphrase }) => [privateKey ?? [], passphrase ?? []].flat());
}

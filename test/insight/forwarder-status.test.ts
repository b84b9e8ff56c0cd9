import { describe, expect, it } from 'vitest';
import type { Said } from '../../src/agents/node-answer.js';
import type { ForwarderCounters } from '../../src/agents/session.pb.js';
import { forwarderStatistics, forwarderStatus } from '../../src/insight/forwarder-status.js';
import type { PolicyDnsForwarderZone } from '../../src/model/networking/policy-dns-forwarder-zone.resource.js';

const edge = (node: string, value: Partial<ForwarderCounters>): Said<ForwarderCounters> => ({ node, value: { running: true, servers: [], ...value } });
const silent: Said<ForwarderCounters> = { node: 'e2', error: 'it is not connected' };
const asked = (...said: readonly Said<ForwarderCounters>[]) => ({ at: 5, said });

describe('the status of a forwarder', () => {
  const status = (...said: readonly Said<ForwarderCounters>[]) => forwarderStatus({ enabled: true }, undefined, asked(...said)).status;

  it('is that of the edges', () => {
    expect([status(edge('e1', {}), silent), status(edge('e1', { running: false })), status(silent), status()]).toEqual(['UP', 'DOWN', 'UNKNOWN', 'UNKNOWN']);
  });

  it('says why it is not up', () => {
    expect(forwarderStatus({ enabled: true }, undefined, asked(silent)).extra_message).toBe('node e2 does not answer: it is not connected');
    const refused = { state: 'ERROR', alarms: [{ code: 'REFUSED', reason: 'dnsmasq is missing' }] } as never;
    expect(forwarderStatus({ enabled: true }, refused, asked(silent))).toMatchObject({ status: 'ERROR', extra_message: 'dnsmasq is missing' });
    expect(forwarderStatus({ enabled: false }, refused, asked())).toMatchObject({ status: 'DOWN', extra_message: 'It is switched off.' });
  });
});

describe('the statistics of a forwarder', () => {
  const zone = (servers: readonly string[], domains?: readonly string[]) =>
    ({ upstream_servers: servers, dns_domain_names: domains }) as PolicyDnsForwarderZone;
  const zones = { everything: zone(['192.0.2.1', '192.0.2.2']), conditional: [zone(['192.0.2.2', '192.0.2.3'], ['corp.test'])] };

  it('add up what the edges have counted, and tell servers of a zone from those of several', () => {
    const servers = ['192.0.2.1', '192.0.2.2', '192.0.2.3'].map((address, at) => ({ address, sent: 9, failed: at + 1 }));
    const counted = [edge('e1', { forwarded: 5, answeredLocally: 3, servers }), edge('e2', { forwarded: 1, answeredLocally: 1, servers })];
    expect(forwarderStatistics(zones, 1024, asked(...counted))).toMatchObject({
      total_queries: 10,
      queries_forwarded: 6,
      queries_answered_locally: 4,
      configured_cache_size: 1024,
      default_forwarder_statistics: { upstream_statistics: [{ upstream_server: '192.0.2.1', queries_failed: 2 }, { upstream_server: '192.0.2.2' }] },
      conditional_forwarder_statistics: [
        { domain_names: ['corp.test'], upstream_statistics: [{ upstream_server: '192.0.2.2' }, { upstream_server: '192.0.2.3', queries_failed: 6 }] },
      ],
    });
  });

  it('are no zeros where nobody counts', () => {
    const none = forwarderStatistics(zones, undefined, asked(edge('e1', {}), silent));
    for (const field of ['total_queries', 'queries_forwarded', 'configured_cache_size']) expect(none).not.toHaveProperty(field);
    expect(none.default_forwarder_statistics?.upstream_statistics[0]).toEqual({ upstream_server: '192.0.2.1' });
  });
});

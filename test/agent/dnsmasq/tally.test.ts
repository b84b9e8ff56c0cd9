import { expect, it } from 'vitest';
import { tallyIn } from '../../../src/agent/dnsmasq/tally.js';

const LOGGED = `Nov 24 17:53:20 dnsmasq[9]: forwarded none.test to 192.0.2.2
Nov 24 17:53:22 dnsmasq[9]: time 1795542802
Nov 24 17:53:22 dnsmasq[9]: cache size 100, 0/0 cache insertions re-used unexpired cache entries.
Nov 24 17:53:22 dnsmasq[9]: queries forwarded 5, queries answered locally 3
Nov 24 17:53:22 dnsmasq[9]: queries for authoritative zones 0
Nov 24 17:53:22 dnsmasq[9]: server 192.0.2.2#53: queries sent 2, retried 1, failed 1, nxdomain replies 0, avg. latency 0ms
Nov 24 17:53:22 dnsmasq[9]: server 192.0.2.3#53: queries sent 3, retried 0, failed 0, nxdomain replies 0, avg. latency 7ms
`;

it('reads what dnsmasq has counted', () => {
  expect(tallyIn(LOGGED, 2)).toEqual({
    forwarded: 5,
    answeredLocally: 3,
    servers: [
      { address: '192.0.2.2', sent: 2, failed: 1 },
      { address: '192.0.2.3', sent: 3, failed: 0 },
    ],
  });
});

it('waits until all of it is there', () => {
  expect(tallyIn(LOGGED.slice(0, -20), 2)).toBeUndefined();
  expect(tallyIn('Nov 24 17:53:22 dnsmasq[9]: time 1795542802\n', 2)).toBeUndefined();
});

it('does not take what was sent again for failed where an older one does not tell them apart', () => {
  const older = LOGGED.replaceAll(/retried \d+, failed \d+.*/g, 'retried or failed 1');
  expect(tallyIn(older, 2)?.servers[0]).toEqual({ address: '192.0.2.2', sent: 2 });
});

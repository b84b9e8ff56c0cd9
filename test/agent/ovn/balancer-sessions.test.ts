import { expect, it } from 'vitest';
import { balancedConnections, balancerSessions } from '../../../src/agent/ovn/balancer-sessions.js';
import { BalancerMember, BalancerPool, Layer4Balancer, Layer4Balancer_Protocol } from '../../../src/realization/resources.pb.js';

/** Connections as `dpctl/dump-conntrack` lists them. */
const LISTED = [
  'tcp,orig=(src=10.0.0.1,dst=10.0.0.99,sport=4001,dport=80),reply=(src=10.0.1.11,dst=10.0.0.1,sport=8080,dport=4001),zone=9,protoinfo=(state=ESTABLISHED)',
  'tcp,orig=(src=10.0.0.1,dst=10.0.0.99,sport=4002,dport=80),reply=(src=10.0.1.11,dst=10.0.0.1,sport=8080,dport=4002),zone=9,mark=2,protoinfo=(state=ESTABLISHED)',
  'tcp,orig=(src=10.0.0.2,dst=10.0.0.99,sport=4003,dport=80),reply=(src=10.0.1.12,dst=10.0.0.2,sport=8080,dport=4003),zone=9,protoinfo=(state=SYN_SENT)',
  // It is over.
  'tcp,orig=(src=10.0.0.2,dst=10.0.0.99,sport=4004,dport=80),reply=(src=10.0.1.12,dst=10.0.0.2,sport=8080,dport=4004),zone=9,protoinfo=(state=TIME_WAIT)',
  // The same ones, where they are not balanced any more or not yet.
  'tcp,orig=(src=10.0.0.1,dst=10.0.1.11,sport=4001,dport=8080),reply=(src=10.0.1.11,dst=10.0.0.1,sport=8080,dport=4001),zone=3,protoinfo=(state=ESTABLISHED)',
  'tcp,orig=(src=10.0.0.1,dst=10.0.0.99,sport=4001,dport=80),reply=(src=10.0.0.99,dst=10.0.0.1,sport=80,dport=4001),zone=4,protoinfo=(state=ESTABLISHED)',
  'udp,orig=(src=2001:db8::1,dst=2001:db8::53,sport=5001,dport=53),reply=(src=2001:db8:1::7,dst=2001:db8::1,sport=53,dport=5001),zone=9',
  'icmp,orig=(src=10.0.0.1,dst=10.0.0.99,id=7,type=8,code=0),reply=(src=10.0.1.11,dst=10.0.0.1,id=7,type=0,code=0),zone=9',
].join('\n');

const member = (address: string, port: number) => ({ ...BalancerMember.decode(new Uint8Array()), address, port });
const pool = (key: string, memberPorts: string[], ...members: BalancerMember[]) => ({ ...BalancerPool.decode(new Uint8Array()), key, memberPorts, members });
const balancer = (key: string, more: Partial<Layer4Balancer>) => ({ ...Layer4Balancer.decode(new Uint8Array()), key, ...more });

const count = (...balancers: ReturnType<typeof balancer>[]) => balancerSessions(balancers, balancedConnections(LISTED));

it('knows the open connections of a balancer by the member that answers', () => {
  const web = pool('web', ['8080'], member('10.0.1.11', 0), member('10.0.1.12', 8080), member('10.0.1.13', 0));
  const [counted] = count(balancer('v', { address: '10.0.0.99', ports: ['80', '443'], pool: web }));
  expect(counted).toMatchObject({ key: 'v', layer7: false, tally: { currentSessions: 3 } });
  expect(counted?.pools[0]?.members.map(({ address, tally }) => [address, tally?.currentSessions])).toEqual([
    ['10.0.1.11', 2],
    ['10.0.1.12', 1],
    ['10.0.1.13', 0],
  ]);
});

it('tells protocols, ports and families apart', () => {
  const names = balancer('n', {
    address: '2001:db8::53',
    protocol: Layer4Balancer_Protocol.UDP,
    ports: ['53'],
    pool: pool('names', [], member('2001:db8:1::7', 0)),
  });
  const others = [
    balancer('a', { address: '10.0.0.99', ports: ['81'], pool: pool('p', [], member('10.0.1.11', 8080)) }),
    balancer('b', { address: '10.0.0.99', ports: ['80'], protocol: Layer4Balancer_Protocol.UDP }),
  ];
  expect(count(names, ...others).map(({ key, tally }) => [key, tally?.currentSessions])).toEqual([
    ['n', 1],
    ['a', 0],
    ['b', 0],
  ]);
});

it('says nothing of what nobody counts', () => {
  const [counted] = count(balancer('v', { address: '10.0.0.99', ports: ['80'] }));
  expect(Object.keys(counted?.tally ?? {})).toEqual(['currentSessions']);
});

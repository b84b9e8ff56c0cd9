import { expect, it } from 'vitest';
import { routesAdvertised, routesReceived } from '../../../src/agent/frr/routes.js';

/** As FRR 8.4 says it, but for what is the same of every route. */
const RECEIVED = `{
 "vrfId": 0, "tableVersion": 3, "routerId": "10.77.0.1", "defaultLocPrf": 100, "localAS": 65001,
 "routes": {
  "0.0.0.0/0": [{"valid":true,"bestpath":true,"prefix":"0.0.0.0","prefixLen":0,"network":"0.0.0.0/0","metric":0,"weight":0,"peerId":"10.77.0.2",
   "path":"65002 65003","origin":"IGP","nexthops":[{"ip":"10.77.0.2","hostname":"r2","afi":"ipv4","used":true}]}],
  "2001:db8:1::/64": [{"valid":true,"network":"2001:db8:1::/64","locPrf":120,"weight":0,"path":"65002",
   "nexthops":[{"ip":"fe80::1","afi":"ipv6","scope":"link-local","used":true},{"ip":"2001:db8:77::1","afi":"ipv6","scope":"global"}]}]
 } }`;

const ADVERTISED = `{
  "bgpTableVersion":3, "bgpLocalRouterId":"10.77.0.1", "bgpOriginatingDefaultNetwork":"0.0.0.0/0",
  "advertisedRoutes":{
    "10.1.0.0/24":{"network":"10.1.0.0/24","nextHop":"0.0.0.0","metric":77,"weight":32768,"path":"65001 65001","bgpOriginCode":"i"},
    "10.2.0.0/24":{"network":"10.2.0.0/24","nextHop":"10.77.0.9","weight":0,"path":"65009"},
    "2001:db8:1::/64":{"network":"2001:db8:1::/64","nextHopGlobal":"::","weight":32768,"path":""}
  },
  "totalPrefixCounter":3 }`;

it('reads the routes that a neighbour announces, with the next hop that is no link-local one', () => {
  expect(routesReceived(RECEIVED)).toEqual([
    { network: '0.0.0.0/0', nextHop: '10.77.0.2', asPath: '65002 65003', med: 0, localPreference: undefined, weight: 0 },
    { network: '2001:db8:1::/64', nextHop: '2001:db8:77::1', asPath: '65002', med: undefined, localPreference: 120, weight: 0 },
  ]);
});

it('reads the routes that are announced, from here where they begin here', () => {
  expect(routesAdvertised(ADVERTISED, '10.77.0.1').map(({ network, nextHop, asPath }) => [network, nextHop, asPath])).toEqual([
    ['0.0.0.0/0', '10.77.0.1', ''],
    ['10.1.0.0/24', '10.77.0.1', '65001 65001'],
    ['10.2.0.0/24', '10.77.0.9', '65009'],
    ['2001:db8:1::/64', '', ''],
  ]);
});

it('knows no routes of a family that is not spoken with the neighbour', () => {
  const nothing = '{ "warning": "No such neighbor or address family" }';
  expect([routesReceived(nothing), routesAdvertised(nothing, '')]).toEqual([[], []]);
});

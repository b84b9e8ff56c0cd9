import type { Expectations } from '../expectations.js';
import { type Lab, OVERLAY_ZONE } from '../lab.js';
import { TopOfRack } from '../top-of-rack.js';
import { attempt, HeldConnection, listenIn } from '../workload.js';
import { EDGES, routing, TIER0, TIER1, UPLINK } from './routing.js';
import type { Scenario } from './scenario.js';
import { attach } from './segments.js';

const DOMAIN = '/infra/domains/default';
const NORTH = `${DOMAIN}/gateway-policies/north`;
const APPS = `${DOMAIN}/gateway-policies/apps`;
const SIX = '/infra/segments/north-six';
const INTERFACE = `${TIER0}/locale-services/default/interfaces/e1`;
const [WEB1, WEB2] = ['10.1.1.11', '10.1.1.12'] as const;

const tcp = (port: number) => ({ resource_type: 'L4PortSetServiceEntry', id: `tcp-${port}`, l4_protocol: 'TCP', destination_ports: [String(port)] });

/** The firewall of gateways: what may come in from outside and go out, while what stays inside is none of its business. */
export const gatewayFirewall: Scenario = {
  title: 'Gateway firewall',
  name: 'gwfw',
  after: [routing],
  async run(lab, expect) {
    const { manager, topOfRack } = lab;
    const outside = topOfRack.namespace;
    for (const name of ['web1', 'web2', 'db1']) lab.workload(name).listen(80, 443, 8080);
    const listener = listenIn(outside, 'outside', 80, 8080);
    const from = (address: string, port: number, outcome: string) => () => attempt(outside, address, port) === outcome || attempt(outside, address, port);
    await expect.soon('without rules the world outside connects to web1', from(WEB1, 8080, 'connected'));

    const open = { resource_type: 'Rule', sequence_number: 10, direction: 'IN', scope: [TIER0], service_entries: [tcp(80)], action: 'ALLOW' };
    const refuse = { ...open, sequence_number: 20, service_entries: [tcp(443)], action: 'REJECT' };
    const rest = { ...open, sequence_number: 30, service_entries: [], action: 'DROP', logged: true, tag: 'north-rest' };
    const loss = await lab.workload('web1').lossWhile(TopOfRack.OUTSIDE, async () => {
      await manager.patch(NORTH, {
        category: 'LocalGatewayRules',
        rules: [
          { id: 'open', ...open },
          { id: 'refuse', ...refuse },
          { id: 'rest', ...rest },
        ],
      });
      await expect.realized(NORTH, `${NORTH}/rules/open`, `${NORTH}/rules/rest`);
    });
    await expect.now(`while it comes between, ${loss.lost} of ${loss.sent} pings to the outside are lost`, () => loss.lost < 20);
    await expect.now('the world outside connects to web1 on port 80', from(WEB1, 80, 'connected'));
    await expect.now('also under its translated address', from('203.0.113.80', 80, 'connected'));
    await expect.now('is refused on port 443', from(WEB2, 443, 'refused'));
    await expect.now('gets no answer on port 8080', from(WEB2, 8080, 'silent'));
    await expect.now('nor to pings', () => !topOfRack.pings(WEB1));
    await expect.now('what is dropped is in the log of the edge under its label', () => {
      return /name="north-rest".*verdict=drop/.test(lab.node('e1').log('ovn/ovn-controller.log'));
    });
    for (const id of ['open', 'refuse', 'rest'])
      await expect.soon(`the hits of ${id} are counted`, async () => Number((await manager.ruleStatistics(`${NORTH}/rules/${id}`)).hit_count) > 0);
    await expect.now('web2 connects to the world outside, and has its answer', () => lab.workload('web2').connect(TopOfRack.OUTSIDE, 8080) === 'connected');
    await expect.reaches('web1', 'db2');

    await sixth(lab, expect);

    const held = new HeldConnection(outside, WEB1, 80);
    await expect.soon('a connection from outside is open', () => held.lives());
    await manager.patch(`${NORTH}/rules/refuse`, { ...refuse, service_entries: [tcp(443), tcp(8080)] });
    await expect.soon('a rule refuses one port more', from(WEB2, 8080, 'refused'));
    await expect.now('the open connection is kept', () => held.lives());
    await manager.delete(`${NORTH}/rules/open`);
    await expect.soon('a rule that allowed goes, and with it the connection', async () => !(await held.lives()));
    held.close();
    await manager.delete(NORTH);
    await expect.soon('without rules the world outside connects to web2 again', from(WEB2, 8080, 'connected'));

    await manager.patch(APPS, {
      rules: [
        { id: 'out', ...open, direction: 'OUT', scope: [TIER1] },
        { id: 'rest', ...rest, direction: 'OUT', scope: [TIER1] },
      ],
    });
    await expect.soon('rules of a tier-1 without edges say that it needs them', async () => {
      const alarms = await manager.alarms(`${APPS}/rules/rest`);
      return alarms.some((reason) => reason.includes('no edge cluster')) || alarms.join();
    });
    await manager.patch(`${TIER1}/locale-services/default`, { edge_cluster_path: EDGES, preferred_edge_paths: [`${EDGES}/edge-nodes/e2`] });
    await expect.realized(`${TIER1}/locale-services/default`, `${APPS}/rules/rest`);
    await expect.soon('web1 connects to the world outside on port 80', () => lab.workload('web1').connect(TopOfRack.OUTSIDE, 80) === 'connected');
    await expect.now('but not on port 8080', () => lab.workload('web1').connect(TopOfRack.OUTSIDE, 8080) === 'silent');
    await expect.now('within the tier-1 it connects to db1 there', () => lab.workload('web1').connect('10.1.2.11', 8080) === 'connected');
    await expect.now('the world outside connects to web2', from(WEB2, 8080, 'connected'));
    await manager.patch(`${TIER1}/locale-services/default`, { edge_cluster_path: EDGES, preferred_edge_paths: [`${EDGES}/edge-nodes/e1`] });
    await expect.realized(`${TIER1}/locale-services/default`, `${APPS}/rules/rest`);
    await expect.soon('on another edge web1 connects on port 80 too', () => lab.workload('web1').connect(TopOfRack.OUTSIDE, 80) === 'connected');
    await expect.now('and not on port 8080', () => lab.workload('web1').connect(TopOfRack.OUTSIDE, 8080) === 'silent');
    await expect.soon(
      'and nothing of the firewall is left on the first',
      () => lab.node('e2').ownInterfaces('cable') === 0 || `${lab.node('e2').ownInterfaces('cable')} ends`,
    );
    await manager.delete(APPS);
    await manager.delete(`${TIER1}/locale-services/default`);
    await expect.soon('without rules and edges web1 connects to the world outside', () => {
      return lab.workload('web1').connect(TopOfRack.OUTSIDE, 8080) === 'connected';
    });
    listener.kill('SIGKILL');
  },
};

/** The same rules for IPv6, with an uplink that has addresses of both kinds. */
async function sixth(lab: Lab, expect: Expectations): Promise<void> {
  const { manager, topOfRack } = lab;
  await manager.patch(INTERFACE, {
    type: 'EXTERNAL',
    edge_path: `${EDGES}/edge-nodes/e1`,
    segment_path: UPLINK,
    subnets: [
      { ip_addresses: ['10.100.0.2'], prefix_len: 24 },
      { ip_addresses: ['fd00:100::2'], prefix_len: 64 },
    ],
  });
  await manager.patch(`${TIER0}/static-routes/default-six`, { network: '::/0', next_hops: [{ ip_address: 'fd00:100::1' }] });
  await manager.patch(SIX, { transport_zone_path: OVERLAY_ZONE, connectivity_path: TIER1, subnets: [{ gateway_address: 'fd00:1:9::1/64' }] });
  const six = lab.addWorkload({ name: 'north6', mac: '02:00:00:09:00:11', addresses: ['fd00:1:9::11/64'], gateway: 'fd00:1:9::1' }, 'h2');
  topOfRack.namespace.run('ip', 'address', 'add', 'fd00:100::1/64', 'dev', 'vlan100', 'nodad');
  topOfRack.addRoute('fd00:1:9::/64', 'fd00:100::2');
  six.listen(80, 443, 8080);
  await expect.realized(SIX, await attach(lab, SIX, 'north6'), `${TIER0}/static-routes/default-six`);
  const outcome = (port: number) => attempt(topOfRack.namespace, six.address, port);
  await expect.soon('over IPv6 the world outside connects to north6 on port 80', () => outcome(80) === 'connected');
  await expect.now('is refused on port 443', () => outcome(443) === 'refused');
  await expect.now('and gets no answer on port 8080', () => outcome(8080) === 'silent');
  await expect.soon('north6 reaches the router outside', () => six.pings('fd00:100::1') === 1);
}

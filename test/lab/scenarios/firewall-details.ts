import type { Expectations } from '../expectations.js';
import { type Lab, OVERLAY_ZONE } from '../lab.js';
import { pause } from '../pause.js';
import { type Attempt, HeldConnection } from '../workload.js';
import { DB, routing, TIER1 } from './routing.js';
import type { Scenario } from './scenario.js';
import { seenWhile, WEB } from './segments.js';

const DOMAIN = '/infra/domains/default';
const policy = (id: string): string => `${DOMAIN}/security-policies/${id}`;
const group = (id: string): string => `${DOMAIN}/groups/${id}`;
const DEFAULT_RULE = `${policy('default-layer3-section')}/rules/default-layer3-rule`;
const EXCLUDED = '/infra/settings/firewall/security/exclude-list';

const tcp = (port: number) => ({ resource_type: 'L4PortSetServiceEntry', id: `tcp-${port}`, l4_protocol: 'TCP', destination_ports: [String(port)] });
const rule = (id: string, sequence: number, action: string, fields: object = {}) => ({
  id,
  resource_type: 'Rule',
  sequence_number: sequence,
  action,
  ...fields,
});

/** What else the distributed firewall has: where rules are applied, in which order, with state or without, and to whom not at all. */
export const firewallDetails: Scenario = {
  title: 'Distributed firewall, in detail',
  name: 'dfw',
  after: [routing],
  async run(lab, expect) {
    const { manager } = lab;
    for (const name of ['web1', 'web2', 'web3', 'db1', 'db2']) lab.workload(name).listen(80, 8080);
    await manager.patch(group('of-web'), { expression: [{ resource_type: 'PathExpression', paths: [WEB] }] });
    await manager.patch(group('of-db'), { expression: [{ resource_type: 'PathExpression', paths: [DB] }] });
    await manager.patch(group('only-web3'), { expression: [{ resource_type: 'PathExpression', paths: [`${WEB}/ports/web3`] }] });
    const tries = async (from: string, to: string, port: number, outcome: Attempt): Promise<void> =>
      expect.now(`${from} ${WORDS[outcome]} ${to} on port ${port}`, () => {
        const seen = lab.workload(from).connect(lab.workload(to).address, port);
        return seen === outcome || seen;
      });
    const setPolicy = async (id: string, fields: object): Promise<void> => {
      await manager.patch(policy(id), fields);
      await expect.realized(policy(id));
    };

    await setPolicy('details', {
      category: 'Application',
      sequence_number: 20,
      rules: [
        rule('open', 10, 'ALLOW', { source_groups: [group('of-web')], destination_groups: [group('of-db')], service_entries: [tcp(80)] }),
        rule('closed', 20, 'DROP', { destination_groups: [group('of-db')], scope: [group('of-db')] }),
        rule('web3', 30, 'DROP', { service_entries: [tcp(8080)], scope: [group('only-web3')] }),
        rule('echo', 40, 'DROP', {
          destination_groups: ['10.1.1.12'],
          service_entries: [{ resource_type: 'ICMPTypeServiceEntry', id: 'echo', protocol: 'ICMPv4', icmp_type: 8 }],
        }),
      ],
    });
    await tries('web1', 'db2', 80, 'connected');
    await tries('web1', 'db2', 8080, 'silent');
    await tries('db1', 'db2', 80, 'silent');
    await tries('db1', 'web3', 8080, 'silent');
    await tries('db1', 'web1', 8080, 'connected');
    await expect.cannotReach('web1', 'web2');
    await tries('web1', 'web2', 80, 'connected');

    await setPolicy('urgent', {
      category: 'Emergency',
      rules: [rule('stop', 10, 'REJECT', { source_groups: ['10.1.1.12'], destination_groups: [group('of-db')], service_entries: [tcp(80)] })],
    });
    await tries('web2', 'db1', 80, 'refused');
    await tries('web1', 'db1', 80, 'connected');
    await manager.delete(policy('urgent'));

    await sessions(lab, expect);

    await manager.patch(EXCLUDED, { members: [`${DB}/ports/db1`] });
    await expect.soon('who is on the exclude list is reached on every port', () => lab.workload('web1').connect('10.1.2.11', 8080) === 'connected');
    await manager.patch(EXCLUDED, { members: [] });
    await expect.soon('and no longer once he is not', () => lab.workload('web1').connect('10.1.2.11', 8080) === 'silent');
    await manager.delete(policy('details'));

    await stateless(lab, expect, setPolicy, tries);

    await manager.patch(DEFAULT_RULE, rule('default-layer3-rule', 2_147_483_647, 'DROP'));
    await expect.soon('the default rule keeps everything out', () => lab.workload('web1').connect('10.1.1.13', 80) === 'silent');
    await manager.patch(DEFAULT_RULE, rule('default-layer3-rule', 2_147_483_647, 'ALLOW'));
    await expect.soon('and lets it in again', () => lab.workload('web1').connect('10.1.1.13', 80) === 'connected');

    await sources(lab, expect);
  },
};

const WORDS: Readonly<Record<Attempt, string>> = { connected: 'connects to', refused: 'is refused by', silent: 'gets no answer from' };

/** What becomes of a connection that is open when rules change, or when the hosts have forgotten it. */
async function sessions(lab: Lab, expect: Expectations): Promise<void> {
  const { manager } = lab;
  const open = { resource_type: 'Rule', sequence_number: 10, source_groups: [group('of-web')], destination_groups: [group('of-db')], action: 'ALLOW' };
  const forget = (): void => {
    for (const name of ['h1', 'h2']) lab.node(name).forgetConnections();
  };
  const begin = async (): Promise<HeldConnection> => {
    const held = new HeldConnection(lab.workload('web1').namespace, '10.1.2.12', 80);
    await expect.soon('web1 has an open connection to db2', () => held.lives());
    return held;
  };
  const held = await begin();
  await manager.patch(`${policy('details')}/rules/open`, { ...open, service_entries: [tcp(80), tcp(443)] });
  await expect.realized(`${policy('details')}/rules/open`);
  await expect.now('it is kept when the rule that allows it allows more', () => held.lives());
  await manager.patch(`${policy('details')}/rules/open`, { ...open, service_entries: [tcp(443)] });
  await expect.soon('it is cut when the rule no longer allows it', async () => !(await held.lives()));
  held.close();
  await manager.patch(`${policy('details')}/rules/open`, { ...open, service_entries: [tcp(80)] });
  await expect.realized(`${policy('details')}/rules/open`);

  const forgotten = await begin();
  forget();
  await expect.soon('one that nobody has seen begin does not pass a strict policy', async () => !(await forgotten.lives()));
  forgotten.close();
  await manager.patch(policy('details'), { category: 'Application', sequence_number: 20, tcp_strict: false });
  await expect.realized(policy('details'));
  const remembered = await begin();
  forget();
  await pause(1_000);
  await expect.now('but one that is not', () => remembered.lives());
  remembered.close();
}

/** Without state answers need a rule of their own. */
async function stateless(
  lab: Lab,
  expect: Expectations,
  setPolicy: (id: string, fields: object) => Promise<void>,
  tries: (from: string, to: string, port: number, outcome: Attempt) => Promise<void>,
): Promise<void> {
  const there = { source_groups: ['10.1.1.11'], destination_groups: ['10.1.2.12'], service_entries: [tcp(80)] };
  const answers = { ...tcp(80), id: 'answers', source_ports: ['80'], destination_ports: [] };
  const back = { source_groups: ['10.1.2.12'], destination_groups: ['10.1.1.11'], service_entries: [answers] };
  const rest = rule('rest', 30, 'DROP', { destination_groups: ['10.1.1.11', '10.1.2.12'] });
  const fields = { category: 'Application', stateful: false, scope: [group('of-web'), group('of-db')] };
  await setPolicy('stateless', { ...fields, rules: [rule('there', 10, 'ALLOW', there), rest] });
  await tries('web1', 'db2', 80, 'silent');
  await setPolicy('stateless', { ...fields, rules: [rule('back', 20, 'ALLOW', back)] });
  await expect.soon('without state web1 connects to db2 once a rule lets answers back', () => lab.workload('web1').connect('10.1.2.12', 80) === 'connected');
  await lab.manager.delete(policy('stateless'));
}

/** Packets under a source that is not of their segment. */
async function sources(lab: Lab, expect: Expectations): Promise<void> {
  const { manager } = lab;
  const { namespace } = lab.workload('web1');
  namespace.run('ip', 'address', 'add', '10.99.0.1/32', 'dev', 'lo');
  const arrives = () =>
    seenWhile(lab.workload('db2').namespace, 'eth0', 'icmp and src host 10.99.0.1', async () => {
      namespace.status(3_000, 'ping', '-n', '-c', '2', '-i', '0.3', '-W', '1', '-I', '10.99.0.1', '10.1.2.12');
    });
  const segment = { transport_zone_path: OVERLAY_ZONE, connectivity_path: TIER1, subnets: [{ gateway_address: '10.1.1.1/24' }] };
  await expect.now('what comes from web under an address of elsewhere is dropped at its gateway', async () => !(await arrives()));
  await manager.patch(WEB, { ...segment, advanced_config: { urpf_mode: 'NONE' } });
  await expect.soon('and passes where the segment does not want it checked', arrives);
  await manager.patch(WEB, { ...segment, advanced_config: { urpf_mode: 'STRICT' } });
  namespace.run('ip', 'address', 'delete', '10.99.0.1/32', 'dev', 'lo');
}

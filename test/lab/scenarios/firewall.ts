import type { Expectations } from '../expectations.js';
import type { Lab } from '../lab.js';
import { routing } from './routing.js';
import type { Scenario } from './scenario.js';
import { WEB } from './segments.js';

const DOMAIN = '/infra/domains/default';
const POLICY = `${DOMAIN}/security-policies/shop`;
const rule = (id: string): string => `${POLICY}/rules/${id}`;

/** The distributed firewall: who may speak to whom, wherever they are, and what becomes of what is open when rules change. */
export const firewall: Scenario = {
  title: 'Distributed firewall',
  name: 'firewall',
  after: [routing],
  async run(lab, expect) {
    const { manager } = lab;
    for (const name of ['db1', 'db2', 'web3']) lab.workload(name).listen(80, 3306, 5353);
    await expect.soon('without rules web1 connects to db1', () => lab.workload('web1').connect('10.1.2.11', 3306) === 'connected');

    for (const [name, scope] of [
      ['db1', 'db'],
      ['db2', 'db'],
    ] as const)
      await manager.patch(`/infra/segments/db/ports/${name}`, { attachment: { id: lab.workload(name).attachment }, tags: [{ scope: 'role', tag: scope }] });
    await manager.patch(`${DOMAIN}/groups/databases`, {
      expression: [{ resource_type: 'Condition', member_type: 'SegmentPort', key: 'Tag', operator: 'EQUALS', value: 'role|db' }],
    });
    await manager.patch(`${DOMAIN}/groups/web`, { expression: [{ resource_type: 'PathExpression', paths: [WEB] }] });
    await manager.patch(`${DOMAIN}/groups/trusted`, { expression: [{ resource_type: 'IPAddressExpression', ip_addresses: ['10.1.1.11'] }] });
    await manager.patch('/infra/services/mysql', {
      service_entries: [{ resource_type: 'L4PortSetServiceEntry', id: 'tcp', l4_protocol: 'TCP', destination_ports: ['3306', '33060-33070'] }],
    });
    const mysql = {
      resource_type: 'Rule',
      sequence_number: 10,
      source_groups: [`${DOMAIN}/groups/trusted`],
      destination_groups: [`${DOMAIN}/groups/databases`],
      services: ['/infra/services/mysql'],
      action: 'ALLOW',
    };
    await manager.patch(POLICY, {
      category: 'Application',
      sequence_number: 10,
      scope: [`${DOMAIN}/groups/databases`],
      rules: [
        { id: 'mysql', ...mysql },
        {
          id: 'icmp',
          resource_type: 'Rule',
          sequence_number: 20,
          source_groups: [`${DOMAIN}/groups/web`],
          destination_groups: ['ANY'],
          service_entries: [{ resource_type: 'ICMPTypeServiceEntry', id: 'echo', protocol: 'ICMPv4', icmp_type: 8 }],
          action: 'ALLOW',
        },
        {
          id: 'refuse',
          resource_type: 'Rule',
          sequence_number: 30,
          source_groups: [`${DOMAIN}/groups/web`],
          services: ['/infra/services/mysql'],
          action: 'REJECT',
        },
        { id: 'rest', resource_type: 'Rule', sequence_number: 40, action: 'DROP', logged: true, tag: 'shop-rest' },
      ],
    });
    await expect.realized(POLICY, rule('mysql'), rule('refuse'), rule('rest'));
    await connects(lab, expect, 'web1', 'db1', 3306, 'connected');
    await connects(lab, expect, 'web1', 'db2', 3306, 'connected');
    await connects(lab, expect, 'web2', 'db1', 3306, 'refused');
    await connects(lab, expect, 'web2', 'db2', 3306, 'refused');
    await connects(lab, expect, 'web1', 'db1', 80, 'silent');
    await expect.reaches('web2', 'db1');
    await expect.cannotReach('db1', 'web1');
    await connects(lab, expect, 'web1', 'web3', 80, 'connected');
    await expect.now('what is dropped is in the log under its label', () =>
      /name="shop-rest".*verdict=drop/.test(lab.node('h1').log('ovn/ovn-controller.log')),
    );

    await manager.patch(`${DOMAIN}/groups/trusted`, { expression: [{ resource_type: 'IPAddressExpression', ip_addresses: ['10.1.1.12'] }] });
    await expect.soon('web2 connects to db1 once its address is in the group', () => lab.workload('web2').connect('10.1.2.11', 3306) === 'connected');
    await connects(lab, expect, 'web1', 'db1', 3306, 'refused');
    await manager.patch(rule('mysql'), { ...mysql, sources_excluded: true });
    await expect.soon('web1 connects to db1 when the rule is for all others', () => lab.workload('web1').connect('10.1.2.11', 3306) === 'connected');
    await manager.delete(POLICY);
    await expect.soon('without the policy web1 connects to db1 again', () => lab.workload('web1').connect('10.1.2.11', 80) === 'connected');
  },
};

async function connects(lab: Lab, expect: Expectations, from: string, to: string, port: number, outcome: 'connected' | 'refused' | 'silent'): Promise<void> {
  const words = { connected: 'connects to', refused: 'is refused by', silent: 'gets no answer from' } as const;
  await expect.now(`${from} ${words[outcome]} ${to} on port ${port}`, () => {
    const seen = lab.workload(from).connect(lab.workload(to).address, port);
    return seen === outcome || seen;
  });
}

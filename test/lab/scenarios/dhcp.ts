import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { OVERLAY_ZONE } from '../lab.js';
import { DIRECTORY } from '../namespace.js';
import { routing, TIER1 } from './routing.js';
import type { Scenario } from './scenario.js';

const OFFICE = '/infra/segments/office';
const SERVER = '/infra/dhcp-server-configs/office';

/** What a client does with what it is told. */
const SCRIPT = `#!/bin/sh
[ "$1" = bound ] || exit 0
ip address add "$ip/$mask" dev "$interface"
ip route add default via "$router"
echo "$ip $router $dns $domain" > ${DIRECTORY}/lease
`;

/** Workloads that ask for their address. */
export const dhcp: Scenario = {
  title: 'DHCP',
  name: 'dhcp',
  after: [routing],
  async run(lab, expect) {
    const { manager } = lab;
    await manager.patch(SERVER, { server_addresses: ['10.1.5.2/24'], lease_time: 3600 });
    await manager.patch(OFFICE, {
      transport_zone_path: OVERLAY_ZONE,
      connectivity_path: TIER1,
      dhcp_config_path: SERVER,
      domain_name: 'office.example',
      subnets: [
        {
          gateway_address: '10.1.5.1/24',
          dhcp_config: { resource_type: 'SegmentDhcpV4Config', server_address: '10.1.5.2/24', dns_servers: ['10.1.5.3'], lease_time: 3600 },
        },
      ],
    });
    const desk = lab.addWorkload({ name: 'desk1', mac: '02:00:00:05:00:11', addresses: [] }, 'h2');
    const port = `${OFFICE}/ports/desk1`;
    await manager.patch(port, {
      attachment: { id: desk.attachment },
      address_bindings: [{ mac_address: desk.plan.mac, ip_address: '10.1.5.11' }],
    });
    await expect.realized(OFFICE, port);
    const script = join(DIRECTORY, 'lease.sh');
    writeFileSync(script, SCRIPT, { mode: 0o755 });
    await expect.soon(
      'desk1 gets its address by DHCP',
      () => desk.namespace.status(10_000, 'busybox', 'udhcpc', '-i', 'eth0', '-n', '-q', '-t', '3', '-T', '1', '-s', script) === 0,
    );
    await expect.now('with router, name server and domain', () => {
      const lease = lab.fabric.run('cat', join(DIRECTORY, 'lease')).trim();
      return lease === '10.1.5.11 10.1.5.1 10.1.5.3 office.example' || lease;
    });
    await expect.reaches('desk1', 'web1');
  },
};

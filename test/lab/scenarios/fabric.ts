import { OVERLAY_ZONE, VLAN_ZONE } from '../lab.js';
import { ENFORCEMENT_POINT } from '../lab-manager.js';
import type { Scenario } from './scenario.js';

const CLUSTER = `${ENFORCEMENT_POINT}/edge-clusters/edges`;

/** Two hosts and two edges that enrol, connect and are in sync. */
export const fabric: Scenario = {
  title: 'Nodes',
  name: 'fabric',
  after: [],
  async run(lab, expect) {
    const { manager } = lab;
    await manager.patch(OVERLAY_ZONE, { tz_type: 'OVERLAY_STANDARD', is_default: true });
    await manager.patch(VLAN_ZONE, { tz_type: 'VLAN_BACKED' });
    await manager.patch(CLUSTER, {});
    const places = [
      ['h1', `${ENFORCEMENT_POINT}/host-transport-nodes/h1`],
      ['h2', `${ENFORCEMENT_POINT}/host-transport-nodes/h2`],
      ['e1', `${CLUSTER}/edge-nodes/e1`],
      ['e2', `${CLUSTER}/edge-nodes/e2`],
    ] as const;
    for (const [number, [name, path]] of places.entries()) {
      await manager.patch(path, {});
      await lab.addNode(name, number + 1, path);
    }
    await expect.soon('four nodes are connected and in sync', async () => {
      const inSync = await manager.nodesInSync();
      return inSync.length === 4 || `${inSync} are`;
    });
  },
};

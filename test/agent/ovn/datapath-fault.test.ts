import { describe, expect, it } from 'vitest';
import { faultyDatapathAvoided } from '../../../src/agent/ovn/datapath-fault.js';
import type { ReplicaRow } from '../../../src/agent/ovn/ovsdb-replica.js';

describe('a datapath that fails where OVN commits connections with all-zero source translation', () => {
  const avoided = (version: string, capability: string, type = 'netdev') => {
    const tables: Record<string, ReadonlyMap<string, ReplicaRow>> = {
      Open_vSwitch: new Map([['root', { ovs_version: version, datapaths: new Map([[type, 'path']]) }]]),
      Datapath: new Map([['path', { capabilities: new Map([['ct_zero_snat', capability]]) }]]),
    };
    return faultyDatapathAvoided({ rows: (table) => tables[table] ?? new Map() });
  };

  it('says that it cannot, where the release has the fault', () => {
    expect(avoided('3.1.0', 'true')).toEqual([
      {
        op: 'mutate',
        table: 'Datapath',
        where: [['_uuid', '==', ['uuid', 'path']]],
        mutations: [
          ['capabilities', 'delete', ['set', ['ct_zero_snat']]],
          ['capabilities', 'insert', ['map', [['ct_zero_snat', 'false']]]],
        ],
      },
    ]);
    for (const version of ['2.16.4', '2.17.7', '3.0.4', '3.1.2', '3.2.2']) expect(avoided(version, 'true'), version).toHaveLength(1);
  });

  it('is left alone where it says so already, where it is the kernel, and where the fault is repaired', () => {
    expect(avoided('3.1.0', 'false')).toEqual([]);
    expect(avoided('3.1.0', 'true', 'system')).toEqual([]);
    for (const version of ['2.17.8', '3.0.5', '3.1.3', '3.2.3', '3.3.0', '4.0.0']) expect(avoided(version, 'true'), version).toEqual([]);
  });
});

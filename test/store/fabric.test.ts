import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CONTEXT } from './apply-steps.js';
import { ScratchWriter } from './scratch-writer.js';

let writer: ScratchWriter;
beforeEach(async () => {
  writer = await ScratchWriter.open();
});
afterEach(() => writer.remove());

const TYPE = 'VirtualMachine';

describe('inventory', () => {
  it('is kept for each node, and answers each machine once: where two report it, the older report', () => {
    writer.run('inventory', { at: 1, changes: [{ type: TYPE, node: 'n1', externalId: 'vm', body: { name: 'web' } }] });
    writer.run('inventory', {
      at: 2,
      changes: [
        { type: TYPE, node: 'n2', externalId: 'vm', body: { name: 'web' } },
        { type: TYPE, node: 'n2', externalId: 'vm2', body: { name: 'db' } },
      ],
    });
    const { fabric } = writer.reader;
    expect(fabric.fabricObjects(TYPE).map(({ externalId, node, reportedAt }) => [externalId, node, reportedAt])).toEqual([
      ['vm', 'n1', 1],
      ['vm2', 'n2', 2],
    ]);
    expect(fabric.inventoryOf('n2').map(({ externalId }) => externalId)).toEqual(['vm', 'vm2']);
    writer.run('inventory', { at: 3, changes: [{ type: TYPE, node: 'n1', externalId: 'vm', body: undefined }] });
    expect(fabric.fabricObject(TYPE, 'vm')).toEqual({ type: TYPE, externalId: 'vm', node: 'n2', reportedAt: 2, body: { name: 'web' } });
    expect(fabric.fabricObject('VirtualNetworkInterface', 'vm')).toBeUndefined();
  });
});

describe('realized state', () => {
  it('is the last transition, with all of them as history, and goes with its intent', () => {
    const alarm = { code: 'ENGINE_REFUSED', reason: 'no' };
    const transition = (at: number, state?: string, alarms: unknown[] = []): void => {
      writer.run('realized', { transitions: [{ path: '/infra/segments/a', sequence: at, state, alarms }], at: 10 * at });
    };
    transition(1, 'UNREALIZED');
    transition(2, 'ERROR', [alarm]);
    const { fabric } = writer.reader;
    expect(fabric.realizedStates()).toEqual([{ path: '/infra/segments/a', state: 'ERROR', sequence: 2, at: 20, alarms: [alarm] }]);
    transition(3);
    expect(fabric.realizedStates()).toEqual([]);
    const history = fabric.realizedHistory('/infra/segments/a', { offset: 0, size: 2 });
    expect(history.map(({ sequence, state }) => [sequence, state])).toEqual([
      [3, undefined],
      [2, 'ERROR'],
    ]);
  });
});

describe('enrolment', () => {
  const token = { tokenHash: 'f00d', nodeId: 'n1', path: '/infra/nodes/n1', createdBy: 'admin', createdAt: 10, expiresAt: 100 };

  it('consumes a token once, before it expires', () => {
    writer.run('enrolment.mint', { ...token, audit: { context: CONTEXT, status: 201 } });
    writer.run('enrolment.mint', { ...token, tokenHash: 'late' });
    const attempts = writer.runTogether([
      ['enrolment.consume', { tokenHash: 'f00d', at: 99 }],
      ['enrolment.consume', { tokenHash: 'f00d', at: 99 }],
      ['enrolment.consume', { tokenHash: 'late', at: 100 }],
      ['enrolment.consume', { tokenHash: 'none', at: 50 }],
    ]);
    expect(attempts).toEqual([{ nodeId: 'n1', path: '/infra/nodes/n1' }, undefined, undefined, undefined]);
    expect(writer.reader.fabric.enrolmentTokens().map(({ tokenHash, consumedAt }) => [tokenHash, consumedAt])).toEqual([
      ['f00d', 99],
      ['late', null],
    ]);
    expect(writer.reader.history.changeSets({}, { size: 9 })).toMatchObject([{ status: 201, user: 'ada' }]);
  });

  it('revokes all certificates of a node that goes, and its open tokens; one by its serial', () => {
    const certificate = { nodeId: 'n1', serial: '01', fingerprint: 'aa', issuedAt: 1, notAfter: 1000 };
    writer.run('enrolment.mint', token);
    writer.run('certificate.issued', certificate);
    writer.run('certificate.issued', { ...certificate, serial: '02', fingerprint: 'bb' });
    writer.run('certificate.issued', { ...certificate, nodeId: 'n2', serial: '03', fingerprint: 'cc' });
    writer.run('node.seen', [
      { nodeId: 'n1', path: '/infra/nodes/n1', at: 5, softwareVersion: '1', engine: 'simulated', engineVersion: '1', tunnelAddresses: ['192.0.2.1'] },
    ]);
    const { fabric } = writer.reader;
    expect(fabric.nodes()).toMatchObject([{ nodeId: 'n1', at: 5, tunnelAddresses: ['192.0.2.1'] }]);
    expect([fabric.isValidCertificate('aa', 999), fabric.isValidCertificate('aa', 1000), fabric.isValidCertificate('dd', 5)]).toEqual([true, false, false]);
    writer.run('certificate.revoke', { nodeId: 'n1', at: 7 });
    writer.run('certificate.revoke', { serial: '03', at: 8 });
    expect(fabric.revokedSerials(999)).toEqual(['01', '02', '03']);
    expect(fabric.revokedSerials(1000)).toEqual([]);
    expect(fabric.isValidCertificate('aa', 9)).toBe(false);
    expect(fabric.nodes()).toEqual([]);
    expect(writer.run('enrolment.consume', { tokenHash: 'f00d', at: 50 })).toBeUndefined();
  });
});

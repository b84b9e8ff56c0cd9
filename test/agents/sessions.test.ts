import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tls from 'node:tls';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type AgentIdentity, readIdentity } from '../../src/agent/node-state.js';
import { saidBy } from '../../src/agents/node-answer.js';
import { CertificateAuthority } from '../../src/agents/pki/certificate-authority.js';
import type { ToAgent, Workload } from '../../src/agents/session.pb.js';
import type { ReceivedFrame } from '../../src/agents/session-protocol.js';
import { ResourceKind } from '../../src/realization/resources.pb.js';
import { bgp, port, put, remove, router, sw } from '../agent/resources.js';
import { eventually } from '../eventually.js';
import { Fabric, nodeObject, pathOf, quiet } from './fabric.js';

let fabric: Fabric;
afterEach(() => fabric.stop());

const inSync = (node: string) => eventually(() => expect(fabric.session(node)?.inSync).toBe(true));
const acked = (entry: string) => eventually(() => expect(fabric.realization.acks).toContain(entry));
const aWhile = (milliseconds = 300) => new Promise((resolve) => setTimeout(resolve, milliseconds));

describe('a node that connects', () => {
  it('gets what it should hold, applies it and acknowledges each resource', async () => {
    fabric = await Fabric.start({ nodes: ['h1'] });
    fabric.tell(['h1'], put(sw('s1', 1)), put(port('p1', 's1', 1)));
    const { agent } = await fabric.agent('h1');
    await eventually(() => expect(fabric.realization.acks).toEqual(['h1 s1 1', 'h1 p1 1']));
    expect(agent.digest).toBe(fabric.realization.digest('h1'));
    expect(fabric.session('h1')).toMatchObject({ inSync: true, engine: 'simulated', path: pathOf('h1') });
  });

  it('gets later changes as they come, also removals', async () => {
    fabric = await Fabric.start({ nodes: ['h1'] });
    const { agent } = await fabric.agent('h1');
    await inSync('h1');
    fabric.tell(['h1'], put(sw('s1', 1)), put(port('p1', 's1', 1)));
    await acked('h1 p1 1');
    fabric.tell(['h1'], remove({ kind: ResourceKind.SWITCH_PORT, key: 'p1' }), remove({ kind: ResourceKind.LOGICAL_SWITCH, key: 's1' }));
    await acked('h1 s1 ');
    expect(agent.digest).toBe(fabric.realization.digest('h1'));
  });

  it('takes a state of several parts as one', async () => {
    fabric = await Fabric.start({ nodes: ['h1'] });
    const names = Array.from({ length: 400 }, (_, index) => `switch-${index}-${'x'.repeat(2_000)}`);
    fabric.tell(['h1'], ...names.map((name) => put(sw(name, 1))));
    const { agent } = await fabric.agent('h1');
    await eventually(() => expect(fabric.realization.acks.length).toBe(400));
    expect(agent.digest).toBe(fabric.realization.digest('h1'));
  });

  it('replaces the session that it had before', async () => {
    fabric = await Fabric.start({ nodes: ['h1'] });
    const first = await fabric.rawClient('h1');
    const ended = new Promise<number>((resolve) => first.call.on('error', ({ code }: { code: number }) => resolve(code)));
    first.call.write({ message: { $case: 'hello', value: greeting } });
    await eventually(() => expect(fabric.session('h1')).toBeDefined());
    await fabric.agent('h1');
    expect(await ended).toBe(6);
    await inSync('h1');
    first.close();
  });

  it('finds its manager by address as well, and warns of nothing', async () => {
    const warn = vi.spyOn(process, 'emitWarning');
    fabric = await Fabric.start({ nodes: ['h1'] });
    await fabric.agent('h1', { identity: { ...(await fabric.identity('h1')), managerHost: '127.0.0.1' } });
    await inSync('h1');
    expect(warn).not.toHaveBeenCalled();
    warn.mockRestore();
  });

  it('does not talk to a manager whose certificate is for another address', async () => {
    fabric = await Fabric.start({ nodes: ['h1'], managerNames: ['localhost', '192.0.2.1'] });
    const warn = vi.fn();
    const { agent } = await fabric.agent('h1', { identity: { ...(await fabric.identity('h1')), managerHost: '127.0.0.1' }, log: { ...quiet, warn } });
    await aWhile();
    expect(agent.inSync).toBeUndefined();
    expect(fabric.session('h1')).toBeUndefined();
    // Said once, though it was tried several times.
    expect(warn).toHaveBeenCalledExactlyOnceWith(
      expect.objectContaining({ reason: expect.stringContaining('127.0.0.1') }),
      expect.stringContaining('tries again'),
    );
  });
});

describe('resuming', () => {
  it('costs an unchanged node less than 1 KB, both ways together', async () => {
    fabric = await Fabric.start({ nodes: ['h1'] });
    const state = Array.from({ length: 200 }, (_, index) => [put(sw(`s${index}`, 1)), put(port(`p${index}`, `s${index}`, 1))]).flat();
    fabric.tell(['h1'], ...state);
    await fabric.agent('h1');
    await acked('h1 p199 1');
    fabric.traffic.bytes = 0;
    await fabric.restartServer();
    await inSync('h1');
    await aWhile();
    expect(fabric.traffic.bytes).toBeGreaterThan(0);
    expect(fabric.traffic.bytes).toBeLessThan(1024);
  });

  it('brings only the difference after an outage, over a restart of the agent too', async () => {
    fabric = await Fabric.start({ nodes: ['h1'] });
    fabric.tell(['h1'], put(sw('s1', 1)), put(sw('s2', 1)), put(sw('s3', 1)));
    const first = await fabric.agent('h1');
    await acked('h1 s3 1');
    await first.stop();
    await eventually(() => expect(fabric.session('h1')).toBeUndefined());
    fabric.tell(['h1'], put(sw('s2', 2)), remove({ kind: ResourceKind.LOGICAL_SWITCH, key: 's3' }));
    fabric.realization.acks.length = 0;
    const { agent } = await fabric.agent('h1', { directory: first.directory });
    await eventually(() => expect(fabric.realization.acks).toEqual(['h1 s2 2', 'h1 s3 ']));
    expect(agent.digest).toBe(fabric.realization.digest('h1'));
  });

  it('finds the manager again by itself', async () => {
    fabric = await Fabric.start({ nodes: ['h1'] });
    await fabric.agent('h1');
    await inSync('h1');
    await fabric.restartServer(300);
    await inSync('h1');
    fabric.tell(['h1'], put(sw('s1', 1)));
    await acked('h1 s1 1');
  });

  it('sends the whole resource where a change of elements starts from a version that the node does not hold', async () => {
    fabric = await Fabric.start({ nodes: ['h1'] });
    const { agent } = await fabric.agent('h1');
    await inSync('h1');
    const set = (version: string, addresses: string[]) => ({
      kind: ResourceKind.ADDRESS_SET,
      key: 'a',
      version,
      body: { $case: 'addressSet' as const, value: { addresses } },
    });
    fabric.tell(['h1'], put(set('1', ['10.0.0.1'])));
    await acked('h1 a 1');
    const elements = { kind: ResourceKind.ADDRESS_SET, key: 'a', baseVersion: 'another', version: '2', added: ['10.0.0.2'], removed: [], rules: [] };
    fabric.realization.set('h1', set('2', ['10.0.0.1', '10.0.0.2']));
    fabric.tell(['h1'], { change: { $case: 'elements', value: elements } });
    await acked('h1 a 2');
    expect(agent.digest).toBe(fabric.realization.digest('h1'));
    expect(fabric.realization.resends).toBe(1);
  });
});

describe('what an engine refuses', () => {
  it('is reported with its reason, stays as it was, and everything else goes on', async () => {
    fabric = await Fabric.start({ nodes: ['h1'] });
    await fabric.agent('h1');
    await inSync('h1');
    await fabric.host.operations.misbehave('h1', [{ kind: 0, keyContains: 'bad', refuseWith: 'no room', delayMilliseconds: 0, silent: true }]);
    fabric.tell(['h1'], put(sw('bad', 1)), put(port('p-bad', 'bad', 1)), put(sw('good', 1)), put(port('p-good', 'good', 1)));
    await acked('h1 p-good 1');
    expect(fabric.realization.acks).toEqual(['h1 good 1', 'h1 p-good 1']);
    expect(fabric.realization.nacks).toEqual(['h1 bad 1 no room', 'h1 p-bad 1 waits for bad']);
  });

  it('is said again by a node that reconnects, and cleared when a later version is taken', async () => {
    fabric = await Fabric.start({ nodes: ['h1'] });
    await fabric.agent('h1');
    await inSync('h1');
    await fabric.host.operations.misbehave('h1', [{ kind: 0, keyContains: 'bad', refuseWith: 'no room', delayMilliseconds: 0, silent: false }]);
    fabric.tell(['h1'], put(sw('bad', 1)));
    await eventually(() => expect(fabric.realization.nacks).toEqual(['h1 bad 1 no room']));
    await fabric.restartServer();
    await eventually(() => expect(fabric.realization.nacks).toEqual(['h1 bad 1 no room', 'h1 bad 1 no room']));
    await fabric.host.operations.misbehave('h1', []);
    fabric.tell(['h1'], put(sw('bad', 2)));
    await acked('h1 bad 2');
  });

  it('is not said of what it only takes its time over', async () => {
    fabric = await Fabric.start({ nodes: ['h1'] });
    await fabric.agent('h1');
    await inSync('h1');
    await fabric.host.operations.misbehave('h1', [{ kind: 0, keyContains: 'slow', refuseWith: '', delayMilliseconds: 400, silent: false }]);
    fabric.tell(['h1'], put(sw('slow', 1)), put(sw('fast', 1)));
    await acked('h1 fast 1');
    expect(fabric.realization.acks).not.toContain('h1 slow 1');
    await acked('h1 slow 1');
    expect(fabric.realization.nacks).toEqual([]);
  });
});

describe('secrets', () => {
  const PASSWORD = 'hunter2-of-the-neighbour';

  it('reach the engine of a node whose resource refers to them, and neither its disk nor a log', async () => {
    fabric = await Fabric.start({ nodes: ['n1'], secrets: { 'b/neighbor password': PASSWORD } });
    fabric.tell(['n1'], put(router('r')), put(bgp('b', 'r', 'v1')));
    const { directory } = await fabric.agent('n1');
    await acked('n1 b v1');
    const kept = readdirSync(directory, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    for (const { parentPath, name } of kept) expect(readFileSync(join(parentPath, name)).includes(PASSWORD)).toBe(false);
  });

  it('are asked for again when the resource refers to another version, and tried again once the manager is back', async () => {
    const secrets: Record<string, string> = { 'b/neighbor password': PASSWORD };
    fabric = await Fabric.start({ nodes: ['n1'], secrets });
    fabric.tell(['n1'], put(router('r')), put(bgp('b', 'r', 'v1')));
    const { directory, stop } = await fabric.agent('n1');
    await acked('n1 b v1');
    await stop();
    // An agent that starts anew has no secret until it has its manager.
    fabric.realization.acks.length = 0;
    const { agent } = await fabric.agent('n1', { directory });
    await acked('n1 b v1');
    delete secrets['b/neighbor password'];
    fabric.tell(['n1'], put(bgp('b', 'r', 'v2')));
    await eventually(() => expect(fabric.realization.nacks.join()).toContain('password of b/neighbor is not to be had: it was taken away'));
    expect(agent.digest).toBe(fabric.realization.digest('n1'));
  });

  it('are not given to a node whose resources do not refer to them', async () => {
    fabric = await Fabric.start({ nodes: ['n1', 'n2'], secrets: { 'b/neighbor password': PASSWORD } });
    fabric.tell(['n1'], put(router('r')), put(bgp('b', 'r', 'v1')));
    const { call, close } = await fabric.rawClient('n2');
    const answers: ToAgent['message'][] = [];
    call.on('data', ({ message }: ReceivedFrame) => answers.push(message));
    call.write({ message: { $case: 'hello', value: greeting } });
    const reference = { path: 'b/neighbor', field: 'password', version: 'v1' };
    call.write({ message: { $case: 'secretRequest', value: { id: 1, reference } } });
    await eventually(() => expect(answers.find((message) => message?.$case === 'secret')).toBeDefined());
    expect(answers.find((message) => message?.$case === 'secret')?.value).toEqual({ id: 1, value: '', error: 'no resource of the node refers to it' });
    close();
  });
});

describe('who may connect', () => {
  it.each([
    ['the node of a deleted object', async () => fabric.identity('gone')],
    ['an earlier node at the same path', async () => fabric.identity('earlier', { path: pathOf('h1') })],
    ['a certificate whose time is over', async () => fabric.identity('h1', { lifetime: -60_000 })],
    [
      'a certificate of another authority',
      async () => {
        const other = await CertificateAuthority.open(mkdtempSync(join(tmpdir(), 'heddle-pki-')));
        const { privateKey, ...identity } = await fabric.identity('h1');
        const { certificate, privateKey: key } = await other.issueServer(['h1'], Date.now() + 60_000);
        return { ...identity, certificate, privateKey: key };
      },
    ],
  ])('not %s', async (_, identity) => {
    fabric = await Fabric.start({ nodes: ['h1'] });
    fabric.tell(['h1', 'gone', 'earlier'], put(sw('s1', 1)));
    const { agent } = await fabric.agent('h1', { identity: await identity() });
    await aWhile();
    expect(agent.inSync).toBeUndefined();
    expect(fabric.session('h1')).toBeUndefined();
    expect(fabric.realization.acks).toEqual([]);
  });

  it.each([
    ['without a client certificate', (): tls.ConnectionOptions => ({ minVersion: 'TLSv1.3' })],
    [
      'over an older TLS',
      ({ certificate, privateKey }: AgentIdentity): tls.ConnectionOptions => ({ maxVersion: 'TLSv1.2', cert: certificate, key: privateKey }),
    ],
  ])('nobody %s', async (_, options) => {
    fabric = await Fabric.start({ nodes: ['h1'] });
    const identity = await fabric.identity('h1');
    const socket = tls.connect({ host: 'localhost', port: identity.agentPort, ca: identity.authority, ALPNProtocols: ['h2'], ...options(identity) });
    // With TLS 1.3 a client learns only after its own handshake that its certificate was not good enough.
    const outcome = await new Promise<string>((resolve) => {
      socket.on('data', () => resolve('served')).on('error', (error) => resolve((error as NodeJS.ErrnoException).code ?? 'refused'));
      socket.on('close', () => resolve('closed'));
      socket.write('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0');
    });
    expect(outcome).not.toBe('served');
    socket.destroy();
  });

  it('no node whose object is deleted: the stream is cut at once, and no other is opened', async () => {
    fabric = await Fabric.start({ nodes: ['h1', 'h2'] });
    const { agent } = await fabric.agent('h1');
    await fabric.agent('h2');
    await inSync('h1');
    await inSync('h2');
    fabric.commit([{ path: pathOf('h1'), type: 'HostTransportNode', operation: 'DELETE', after: undefined }]);
    expect(fabric.host.nodes().map(({ nodeId }) => nodeId)).toEqual(['h2']);
    await eventually(() => expect(agent.inSync).toBeUndefined());
    await aWhile();
    expect(agent.inSync).toBeUndefined();
    expect(fabric.kept.revoked).toEqual(['h1']);
    expect(fabric.realization.forgotten).toEqual(['h1']);
    // An object made anew at the same path is another node: the old certificate does not fit it.
    fabric.commit([{ path: pathOf('h1'), type: 'HostTransportNode', operation: 'CREATE', after: { ...nodeObject('h1'), unique_id: 'h1-again' } }]);
    await aWhile();
    expect(agent.inSync).toBeUndefined();
    expect(fabric.session('h2')?.inSync).toBe(true);
  });

  it('no certificate that was revoked by hand', async () => {
    fabric = await Fabric.start({ nodes: ['h1'] });
    const { agent } = await fabric.agent('h1');
    await inSync('h1');
    fabric.host.revoke([fabric.session('h1')?.certificateSerial ?? '']);
    await eventually(() => expect(agent.inSync).toBeUndefined());
    await aWhile();
    expect(fabric.session('h1')).toBeUndefined();
  });
});

describe('certificates', () => {
  it('renew themselves well before their end, are kept, and are used from then on', async () => {
    fabric = await Fabric.start({ nodes: ['h1'], certificateLifetime: 3_600_000 });
    const { directory } = await fabric.agent('h1', { identity: await fabric.identity('h1', { lifetime: 4_000 }) });
    await inSync('h1');
    const before = fabric.session('h1')?.certificateSerial;
    await eventually(() => expect(fabric.session('h1')?.certificateSerial).not.toBe(before));
    await inSync('h1');
    const kept = new X509Certificate(readIdentity(directory)?.certificate ?? '');
    expect(Date.parse(kept.validTo)).toBeGreaterThan(Date.now() + 3_000_000);
    expect(fabric.kept.certificates.map(({ serial }) => serial)).toEqual([fabric.session('h1')?.certificateSerial]);
  });

  it('end the stream when they end', async () => {
    fabric = await Fabric.start({ nodes: ['h1'] });
    const { call, close } = await fabric.rawClient('h1', { lifetime: 2_500 });
    const ended = new Promise<number>((resolve) => call.on('error', ({ code }: { code: number }) => resolve(code)));
    call.write({ message: { $case: 'hello', value: greeting } });
    expect(await ended).toBe(16);
    close();
  });
});

describe('a slow node', () => {
  it('is sent the present state once it catches up, and not every state on the way', async () => {
    fabric = await Fabric.start({ nodes: ['h1'], limits: { window: 2, waitingChanges: 50 } });
    const { call, close } = await fabric.rawClient('h1');
    const batches: Extract<ToAgent['message'], { $case: 'batch' }>['value'][] = [];
    call.on('data', ({ message }: ReceivedFrame) => {
      if (message?.$case === 'batch') batches.push(message.value);
    });
    call.write({ message: { $case: 'hello', value: greeting } });
    await eventually(() => expect(fabric.session('h1')?.inSync).toBe(true));
    for (let version = 1; version <= 1_000; version += 1) fabric.tell(['h1'], put(sw(`s${version % 10}`, version)));
    await eventually(() => expect(batches.length).toBe(2));
    expect(fabric.session('h1')?.waitingChanges).toBe(10);
    call.write({ message: { $case: 'outcome', value: { batch: 2, unsettled: [], settled: [] } } });
    await eventually(() => expect(batches.length).toBe(3));
    const versions = batches[2]?.changes.map(({ change }) => (change?.$case === 'put' ? Number(change.value.version) : 0));
    expect(versions?.sort()).toEqual([1_000, 991, 992, 993, 994, 995, 996, 997, 998, 999]);
    expect(batches[2]?.digest).toBe(fabric.realization.digest('h1'));
    close();
  });

  it('is cut off when it owes an answer for too long', async () => {
    fabric = await Fabric.start({ nodes: ['h1'], patience: 500 });
    const { call, close } = await fabric.rawClient('h1');
    const ended = new Promise<number>((resolve) => call.on('error', ({ code }: { code: number }) => resolve(code)));
    call.write({ message: { $case: 'hello', value: greeting } });
    await eventually(() => expect(fabric.session('h1')?.inSync).toBe(true));
    fabric.tell(['h1'], put(sw('s1', 1)));
    expect(await ended).toBe(8);
    expect(fabric.session('h1')).toBeUndefined();
    close();
  });
});

describe('inventory', () => {
  it('is reported when a workload comes, moves and goes, and not again by a node that only reconnects', async () => {
    fabric = await Fabric.start({ nodes: ['h1', 'h2'] });
    await fabric.agent('h1');
    await fabric.agent('h2');
    await inSync('h1');
    await inSync('h2');
    await fabric.host.operations.plug('h1', machine('vm1', 'vif1'));
    expect(fabric.realization.reports.at(-1)).toMatchObject({
      node: 'h1',
      fabricPath: pathOf('h1'),
      tunnelAddresses: ['192.0.2.1'],
      machines: [{ externalId: 'vm1' }],
      interfaces: [{ attachmentId: 'vif1', machine: 'vm1' }],
    });
    await fabric.restartServer();
    await inSync('h1');
    await inSync('h2');
    await aWhile();
    const known = fabric.realization.reports.length;
    await fabric.host.operations.move('vm1', 'h2');
    expect(fabric.realization.reports.slice(known).map(({ node, machines, goneMachines }) => [node, machines.length, goneMachines])).toEqual([
      ['h1', 0, ['vm1']],
      ['h2', 1, []],
    ]);
    await fabric.host.operations.unplug('vm1');
    expect(fabric.kept.inventory.filter(({ externalId }) => externalId === 'vm1').map(({ node, body }) => [node, body !== undefined])).toEqual([
      ['h1', true],
      ['h1', false],
      ['h2', true],
      ['h2', false],
    ]);
  });

  it('survives a restart of the agent', async () => {
    fabric = await Fabric.start({ nodes: ['h1'] });
    const first = await fabric.agent('h1');
    await inSync('h1');
    await fabric.host.operations.plug('h1', machine('vm1', 'vif1'));
    await first.stop();
    const reports = fabric.realization.reports.length;
    await fabric.agent('h1', { directory: first.directory });
    await inSync('h1');
    await aWhile();
    expect(fabric.realization.reports.length).toBe(reports);
    expect((await fabric.host.operations.unplug('vm1')).workload.interfaces).toMatchObject([{ attachmentId: 'vif1' }]);
  });
});

describe('a packet that is traced', () => {
  it('is followed over the nodes on its way', async () => {
    fabric = await Fabric.start({ nodes: ['h1', 'h2'] });
    await fabric.agent('h1');
    await fabric.agent('h2');
    const state = [
      put(sw('s1', 1, 77)),
      put(port('p1', 's1', 1, { node: 'h1', mac: '02:00:00:00:00:01', ips: ['10.0.0.1'], tunnelKey: 1 })),
      put(port('p2', 's1', 1, { node: 'h2', mac: '02:00:00:00:00:02', ips: ['10.0.0.2'], tunnelKey: 2 })),
    ];
    fabric.tell(['h1', 'h2'], ...state);
    await acked('h1 p2 1');
    await acked('h2 p2 1');
    const question = {
      sourceMac: '',
      destinationMac: '',
      sourceAddress: '10.0.0.1',
      destinationAddress: '10.0.0.2',
      protocol: 6,
      sourcePort: 1,
      destinationPort: 80,
      icmpType: 0,
      icmpCode: 0,
      hopLimit: 0,
    };
    const { verdict, hops } = await fabric.host.operations.trace({ port: 'p1' }, question);
    expect(verdict).toBe('DELIVERED');
    expect(hops.map(({ node, result }) => [node, result?.steps.at(-1)?.kind])).toEqual([
      ['h1', 'TUNNEL'],
      ['h2', 'DELIVER'],
    ]);
    await expect(fabric.host.operations.trace({ port: 'nowhere' }, question)).rejects.toThrow('nowhere is on no node');
  });
});

describe('a question that several nodes are asked', () => {
  it('is answered by those that have something to say, and said of those that do not answer', async () => {
    fabric = await Fabric.start({ nodes: ['n1', 'n2'], secrets: { 'b1/neighbor password': 'Secret-1' } });
    await fabric.agent('n1');
    fabric.tell(['n1', 'n2'], put(router('r1')), put(bgp('b1', 'r1', '1')));
    await acked('n1 b1 1');
    const question = { $case: 'bgpRoutes', value: { neighbor: 'b1/neighbor', advertised: true, offset: 0, limit: 10 } } as const;
    const answers = await fabric.host.operations.ask(['b1'], question);
    expect(answers).toMatchObject([
      { node: 'n1', answer: { value: { total: 0 } } },
      { node: 'n2', error: expect.stringContaining('is not connected') },
    ]);
    const other = await fabric.host.operations.ask(['b1'], { ...question, value: { ...question.value, neighbor: 'another' } });
    expect(saidBy('bgpRoutes', other).map(({ node }) => node)).toEqual(['n2']);
  });
});

const greeting = {
  softwareVersion: '1',
  engine: 'none',
  engineVersion: '1',
  digest: '0'.repeat(32),
  lastSequence: 0,
  inventoryDigest: '',
  unsettled: [],
};

function machine(id: string, attachmentId: string): Workload {
  return {
    machine: { externalId: id, displayName: id, computerName: id, osName: '', poweredOn: true },
    interfaces: [{ externalId: `${id}-eth0`, attachmentId, machine: id, mac: '02:00:00:00:01:01', addresses: ['10.0.0.9'] }],
  };
}

import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ManagerLink } from '../../src/agent/manager-link.js';
import { CertificateAuthority, requestCertificate } from '../../src/agents/pki/certificate-authority.js';
import { eventually } from '../eventually.js';

it('does not wait for a connection that does not come about', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'heddle-link-'));
  const authority = await CertificateAuthority.open(folder);
  const { privateKey, request } = await requestCertificate();
  const { certificate } = await authority.issueNode(request, { nodeId: 'h1', path: '/h1' }, Date.now() + 60_000);
  const sockets: Socket[] = [];
  const silent = createServer((socket) => sockets.push(socket.on('error', () => undefined)));
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  const where = { managerHost: '127.0.0.1', agentPort: (silent.address() as AddressInfo).port };
  const reasons: string[] = [];
  const link = new ManagerLink(
    () => ({ nodeId: 'h1', path: '/h1', privateKey, certificate, authority: authority.certificate, ...where }),
    { open: () => undefined, receive: () => undefined, closed: (reason) => reasons.push(reason) },
    { firstWait: 1, longestWait: 1, longestWaitForOthers: 1, connectWithin: 300 },
  );
  link.open();
  await eventually(() => expect(sockets.length).toBeGreaterThan(1));
  expect(reasons[0]).toBe('no connection came about within 0.3 s');
  link.close();
  for (const socket of sockets) socket.destroy();
  silent.close();
  rmSync(folder, { recursive: true });
});

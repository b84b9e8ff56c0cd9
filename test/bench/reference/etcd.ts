import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { CertificateAuthority } from '../../../src/agents/pki/certificate-authority.js';
import { serverCertificate, serverNames } from '../../../src/agents/pki/server-certificate.js';
import { Connection, type Target } from '../load/connection.js';

/** It is asked ten times a second whether it is ready. */
const READY_TRIES = 300;

/** One member of etcd, as it comes, with the manager's certificate. Nobody has to log in to it. */
export class Etcd {
  private constructor(
    private readonly process: ChildProcess,
    readonly target: Target,
  ) {}

  static get isPresent(): boolean {
    return spawnSync('etcd', ['--version']).status === 0;
  }

  /**
   * @param directory for its data; must not exist
   * @param dataDir of the manager whose certificate it shows
   */
  static async start(directory: string, dataDir: string): Promise<Etcd> {
    mkdirSync(directory);
    const authority = await CertificateAuthority.open(dataDir);
    const { certificate, privateKey } = await serverCertificate(dataDir, authority, serverNames('127.0.0.1'));
    const [certificateFile, keyFile] = [join(directory, 'tls.crt'), join(directory, 'tls.key')];
    writeFileSync(certificateFile, certificate);
    writeFileSync(keyFile, privateKey, { mode: 0o600 });
    const [port, peerPort] = await Promise.all([freePort(), freePort()]);
    const [url, peerUrl] = [`https://127.0.0.1:${port}`, `http://127.0.0.1:${peerPort}`];
    const options = {
      'data-dir': join(directory, 'data'),
      'cert-file': certificateFile,
      'key-file': keyFile,
      'listen-client-urls': url,
      'advertise-client-urls': url,
      'listen-peer-urls': peerUrl,
      'initial-advertise-peer-urls': peerUrl,
      'initial-cluster': `default=${peerUrl}`,
      'log-level': 'fatal',
    };
    const member = spawn(
      'etcd',
      Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]),
      { stdio: ['ignore', 'ignore', 'inherit'] },
    );
    const etcd = new Etcd(member, { host: '127.0.0.1', port, authority: authority.certificate });
    await etcd.isReady();
    return etcd;
  }

  private async isReady(): Promise<void> {
    for (let tries = 0; ; tries += 1) {
      try {
        (await Connection.open(this.target)).close();
        return;
      } catch (error) {
        if (tries === READY_TRIES) throw error;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }
  }

  async stop(): Promise<void> {
    const exited = new Promise((resolve) => this.process.once('exit', resolve));
    this.process.kill();
    await exited;
  }
}

/** A request of etcd's JSON gateway that stores a text under a key. */
export function putBody(key: string, text: string): string {
  return JSON.stringify({ key: Buffer.from(key).toString('base64'), value: Buffer.from(text).toString('base64') });
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}

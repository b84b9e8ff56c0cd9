import { CertificateAuthority, requestCertificate } from '../../../src/agents/pki/certificate-authority.js';
import { Child } from '../processes.js';
import type { BareClientHandlers } from './bare-clients.process.js';
import type { BareServerHandlers } from './bare-server.process.js';

const HOUR = 60 * 60 * 1000;

/** A server and as many streams to it as there are nodes. */
export class BareFanOut {
  private constructor(
    private readonly server: Child<BareServerHandlers>,
    private readonly clients: Child<BareClientHandlers>,
  ) {}

  static async start(directory: string, streams: number): Promise<BareFanOut> {
    const authority = await CertificateAuthority.open(directory);
    const { privateKey, request } = await requestCertificate();
    const { certificate } = await authority.issueNode(request, { nodeId: 'bare', path: '/bare' }, Date.now() + HOUR);
    const server = new Child<BareServerHandlers>(new URL('./bare-server.process.js', import.meta.url));
    const clients = new Child<BareClientHandlers>(new URL('./bare-clients.process.js', import.meta.url));
    const port = await server.ask('start', {
      authority: authority.certificate,
      certificate: await authority.issueServer(['localhost'], Date.now() + HOUR),
    });
    await clients.ask('connect', { port, count: streams, authority: authority.certificate, certificate, privateKey });
    while ((await server.ask('streams')) < streams) await new Promise((resolve) => setTimeout(resolve, 100));
    return new BareFanOut(server, clients);
  }

  /** Sends a message to every stream; answers the milliseconds until all have answered. */
  run(bytes: number): Promise<number> {
    return this.server.ask('fanOut', bytes);
  }

  async stop(): Promise<void> {
    await this.clients.end();
    await this.server.end();
  }
}

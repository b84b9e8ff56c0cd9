import { mkdtempSync, rmSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Agent, createServer, request, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CertificateAuthority } from '../../src/agents/pki/certificate-authority.js';
import { type Exchange, MEANINGFUL_HEADERS, scrubbed, settled, withoutRepeats } from './exchange.js';

/** Reads of anything but intent: they depend on nodes, on the moment, or on who logs in. */
const NOT_INTENT = /\/realized-state\/|\/(?:state|status)(?:\?|$)|\/aaa\//;

/** Stands between a client and a manager, passes everything on, and notes what was said about intent. */
export class Recorder {
  readonly exchanges: Exchange[] = [];
  private readonly agent = new Agent({ rejectUnauthorized: false, keepAlive: true });
  private server!: Server;

  /** @param manager URL of the manager behind */
  private constructor(private readonly manager: string) {}

  static async start(manager: string, port = 0): Promise<Recorder> {
    const recorder = new Recorder(manager);
    const directory = mkdtempSync(join(tmpdir(), 'heddle-recorder-'));
    const authority = await CertificateAuthority.open(directory);
    const { certificate, privateKey } = await authority.issueServer(['127.0.0.1', 'localhost'], Date.now() + 24 * 60 * 60 * 1000);
    rmSync(directory, { recursive: true });
    recorder.server = createServer({ cert: certificate, key: privateKey }, (asked, answer) => void recorder.pass(asked, answer));
    await new Promise<void>((resolve) => recorder.server.listen(port, '127.0.0.1', resolve));
    return recorder;
  }

  get host(): string {
    return `127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** What was said, without repeated reads. */
  get recording(): Exchange[] {
    return withoutRepeats(this.exchanges);
  }

  stop(): void {
    this.server.close();
    this.server.closeAllConnections();
    this.agent.destroy();
  }

  private async pass(asked: IncomingMessage, answer: ServerResponse): Promise<void> {
    const body = await read(asked);
    const { method = 'GET', url = '/' } = asked;
    const headers = { ...asked.headers, 'accept-encoding': 'identity' };
    const onward = request(this.manager + url, { method, headers, agent: this.agent }, (received) => {
      void read(received).then((text) => {
        const status = received.statusCode ?? 502;
        this.note(asked, body, status, text);
        answer.writeHead(status, received.headers).end(text);
      });
    });
    onward.on('error', (error) => answer.writeHead(502).end(String(error)));
    onward.end(body);
  }

  private note({ method = 'GET', url = '/', headers }: IncomingMessage, body: Buffer, status: number, text: Buffer): void {
    if (!url.startsWith('/policy/api/v1/') || NOT_INTENT.test(url)) return;
    const meaning = Object.fromEntries(MEANINGFUL_HEADERS.flatMap((name) => (headers[name] === undefined ? [] : [[name, String(headers[name])]])));
    this.exchanges.push({
      method,
      uri: url,
      ...(Object.keys(meaning).length > 0 ? { headers: meaning } : {}),
      ...(body.length > 0 ? { body: scrubbed(JSON.parse(body.toString())) } : {}),
      status,
      ...(text.length > 0 ? { answer: settled(status, scrubbed(JSON.parse(text.toString()))) } : {}),
    });
  }
}

async function read(stream: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

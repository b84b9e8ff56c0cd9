import * as tls from 'node:tls';

export interface Target {
  readonly host: string;
  readonly port: number;
  /** PEM of the authority of the server's certificate. */
  readonly authority: string;
}

const END_OF_HEAD = Buffer.from('\r\n\r\n');

/**
 * One keep-alive HTTPS connection that sends requests which are written out already, one after the other. It does as little as a
 * load generator can: what it costs is taken from the machine that it measures.
 */
export class Connection {
  private answer: { resolve(status: number): void; reject(error: Error): void } | undefined;
  private received: Buffer = Buffer.alloc(0);
  /** Bytes of the answer's body that have not come. Undefined: its head has not come. */
  private missing: number | undefined;
  private status = 0;

  private constructor(private readonly socket: tls.TLSSocket) {
    socket.setNoDelay(true);
    socket.on('data', (bytes: Buffer) => this.receive(bytes));
    socket.on('error', (error) => this.fail(error));
    socket.on('close', () => this.fail(new Error('the server closed the connection')));
  }

  static open({ host, port, authority }: Target): Promise<Connection> {
    return new Promise((resolve, reject) => {
      const socket = tls.connect({ host, port, ca: authority, servername: 'localhost' });
      socket.once('error', reject);
      socket.once('secureConnect', () => {
        socket.off('error', reject);
        resolve(new Connection(socket));
      });
    });
  }

  /** Sends a request and answers the status, once the whole answer is here. */
  send(request: string): Promise<number> {
    return new Promise((resolve, reject) => {
      this.answer = { resolve, reject };
      this.socket.write(request, 'latin1');
    });
  }

  close(): void {
    this.answer = undefined;
    this.socket.destroy();
  }

  private receive(bytes: Buffer): void {
    if (this.missing === undefined) {
      this.received = this.received.length === 0 ? bytes : Buffer.concat([this.received, bytes]);
      const end = this.received.indexOf(END_OF_HEAD);
      if (end < 0) return;
      const head = this.received.toString('latin1', 0, end);
      const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
      if (length === undefined) return this.fail(new Error(`an answer without its length: ${head}`));
      this.status = Number(head.slice(9, 12));
      this.missing = Number(length) - (this.received.length - end - END_OF_HEAD.length);
      this.received = Buffer.alloc(0);
    } else {
      this.missing -= bytes.length;
    }
    if (this.missing > 0) return;
    this.missing = undefined;
    const { answer } = this;
    this.answer = undefined;
    answer?.resolve(this.status);
  }

  private fail(error: Error): void {
    this.answer?.reject(error);
    this.answer = undefined;
  }
}

import { connect, type Socket } from 'node:net';

/** OpenFlow 1.0, and its messages that a connection is kept with. */
const VERSION = 1;
const HELLO = 0;
const ECHO_REQUEST = 2;
const ECHO_REPLY = 3;
const HEADER = 8;
/** How long to wait before the next attempt to connect, in milliseconds. */
const RECONNECT = 100;

/**
 * Notices at once that ovs-vswitchd ended and is back: it forgets flows, and its database does not say so. A connection to the bridge
 * ends with the program.
 */
export class BridgeWatch {
  private socket: Socket | undefined;
  private retry: NodeJS.Timeout | undefined;
  private closed = false;
  private wasThere = false;

  /**
   * @param path socket of the bridge
   * @param returned called when ovs-vswitchd is back
   */
  constructor(
    private readonly path: string,
    private readonly returned: () => void,
  ) {
    this.connect();
  }

  close(): void {
    this.closed = true;
    clearTimeout(this.retry);
    this.socket?.destroy();
  }

  private connect(): void {
    const socket = connect(this.path, () => {
      socket.write(message(HELLO, 0, Buffer.alloc(0)));
      if (this.wasThere) this.returned();
      this.wasThere = true;
    });
    this.socket = socket;
    let waiting = Buffer.alloc(0);
    socket.on('data', (part: Buffer) => {
      waiting = Buffer.concat([waiting, part]);
      while (waiting.length >= HEADER && waiting.length >= waiting.readUInt16BE(2)) {
        const length = Math.max(HEADER, waiting.readUInt16BE(2));
        // Whoever does not answer counts as gone.
        if (waiting[1] === ECHO_REQUEST) socket.write(message(ECHO_REPLY, waiting.readUInt32BE(4), waiting.subarray(HEADER, length)));
        waiting = waiting.subarray(length);
      }
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      if (!this.closed) this.retry = setTimeout(() => this.connect(), RECONNECT);
    });
  }
}

function message(type: number, transaction: number, body: Buffer): Buffer {
  const header = Buffer.alloc(HEADER);
  header.writeUInt8(VERSION, 0);
  header.writeUInt8(type, 1);
  header.writeUInt16BE(HEADER + body.length, 2);
  header.writeUInt32BE(transaction, 4);
  return Buffer.concat([header, body]);
}

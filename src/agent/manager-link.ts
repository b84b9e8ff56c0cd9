import { isIP } from 'node:net';
import * as tls from 'node:tls';
import * as grpc from '@grpc/grpc-js';
import type { FromAgent } from '../agents/session.pb.js';
import { LARGEST_MESSAGE, NODE_SESSION, PING_INTERVAL, PING_WAIT, type ReceivedFrame } from '../agents/session-protocol.js';
import type { AgentIdentity } from './node-state.js';

/** What comes over one connection. */
export interface LinkEvents {
  open(): void;
  receive(frame: ReceivedFrame): void;
  /** The stream is gone; the link tries again by itself. */
  closed(reason: string): void;
}

/** How long to wait before the next attempt, in milliseconds; the bound doubles with each that fails. */
export interface LinkTiming {
  readonly firstWait: number;
  /** Bound while nobody listens: an attempt costs next to nothing, and a manager that restarts is back in seconds. */
  readonly longestWait: number;
  /** Bound for every other failure: a manager that is slow to answer, or refuses, gains nothing from being asked again soon. */
  readonly longestWaitForOthers: number;
  /** How long a connection may take to come about. The system's own patience is minutes, though the next attempt may find a way at once. */
  readonly connectWithin: number;
}

/** Every wait is random between nothing and its bound, so that a thousand agents do not come back in the same moment. */
export const LINK_TIMING: LinkTiming = { firstWait: 250, longestWait: 2_500, longestWaitForOthers: 30_000, connectWithin: 15_000 };

/** A connection that stood this long was good: the next attempt starts with the shortest wait. */
const GOOD_AFTER = 10_000;

/** The agent's end of the stream: opens it, and opens it again whenever it is gone, until it is closed. */
export class ManagerLink {
  private client: grpc.Client | undefined;
  private call: grpc.ClientDuplexStream<FromAgent, ReceivedFrame> | undefined;
  private timer: NodeJS.Timeout | undefined;
  private failures = 0;
  private stopped = false;

  constructor(
    private identity: () => AgentIdentity,
    private readonly events: LinkEvents,
    private readonly timing: LinkTiming = LINK_TIMING,
  ) {}

  open(): void {
    if (this.stopped || this.call) return;
    const { client, call } = connect(this.identity());
    this.client = client;
    this.call = call;
    let opened = 0;
    let reason = 'the manager ended the stream';
    const gone = (): void => {
      if (this.call !== call) return;
      this.call = undefined;
      this.client = undefined;
      client.close();
      this.failures = opened > 0 && performance.now() - opened > GOOD_AFTER ? 0 : this.failures + 1;
      this.events.closed(reason);
      this.reopen(reason.includes('ECONNREFUSED') ? this.timing.longestWait : this.timing.longestWaitForOthers);
    };
    client.waitForReady(Date.now() + this.timing.connectWithin, (error) => {
      if (!error || this.call !== call) return;
      reason = `no connection came about within ${this.timing.connectWithin / 1000} s`;
      call.cancel();
      gone();
    });
    // The server's headers come with its first message; until then the connection may still fail.
    call.on('metadata', () => {
      opened = performance.now();
    });
    call.on('data', (frame: ReceivedFrame) => {
      if (this.call === call) this.events.receive(frame);
    });
    call.on('error', (error: grpc.ServiceError) => {
      reason = error.details || error.message;
      gone();
    });
    call.on('end', gone);
    this.events.open();
  }

  send(message: NonNullable<FromAgent['message']>): void {
    this.call?.write({ message });
  }

  /** Drops the connection and opens a new one at once: after a renewal, or to start over. */
  restart(): void {
    const { call, client } = this;
    this.call = undefined;
    this.client = undefined;
    call?.end();
    // A moment for what was written to leave.
    setTimeout(() => client?.close(), 100).unref();
    clearTimeout(this.timer);
    this.timer = undefined;
    this.open();
  }

  close(): void {
    this.stopped = true;
    clearTimeout(this.timer);
    const { call, client } = this;
    this.call = undefined;
    call?.cancel();
    client?.close();
  }

  private reopen(longest: number): void {
    if (this.stopped) return;
    const bound = Math.min(longest, this.timing.firstWait * 2 ** Math.max(0, this.failures - 1));
    this.timer = setTimeout(() => this.open(), Math.random() * bound);
  }
}

function connect(identity: AgentIdentity): { client: grpc.Client; call: grpc.ClientDuplexStream<FromAgent, ReceivedFrame> } {
  const { authority, certificate, privateKey, managerHost, agentPort } = identity;
  const context = tls.createSecureContext({ ca: authority, cert: certificate, key: privateKey, minVersion: 'TLSv1.3' });
  const client = new grpc.Client(
    `${managerHost.includes(':') ? `[${managerHost}]` : managerHost}:${agentPort}`,
    grpc.credentials.createFromSecureContext(context, { checkServerIdentity: (_, shown) => tls.checkServerIdentity(managerHost, shown) }),
    {
      // A server is asked for by name or not at all: an address may not be sent as one. What it shows is checked by the address.
      ...(isIP(managerHost) ? { 'grpc.ssl_target_name_override': 'localhost' } : {}),
      'grpc.keepalive_time_ms': PING_INTERVAL,
      'grpc.keepalive_timeout_ms': PING_WAIT,
      'grpc.max_receive_message_length': LARGEST_MESSAGE,
      'grpc.max_send_message_length': LARGEST_MESSAGE,
      // Each node has a connection of its own, also where many run in one process.
      'grpc.use_local_subchannel_pool': 1,
      'grpc.enable_retries': 0,
    },
  );
  const { path, requestSerialize, responseDeserialize } = NODE_SESSION.connect;
  return { client, call: client.makeBidiStreamRequest(path, requestSerialize, responseDeserialize) };
}

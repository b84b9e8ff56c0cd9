import * as grpc from '@grpc/grpc-js';
import type { CloseReason, SessionCertificate, SessionWire } from './node-session.js';
import type { KeyedCertificate } from './pki/certificate-authority.js';
import { serialText } from './pki/certificate-authority.js';
import { nodeIdentityFrom } from './pki/node-identity.js';
import type { FromAgent } from './session.pb.js';
import { LARGEST_MESSAGE, NODE_SESSION, PING_INTERVAL, PING_WAIT } from './session-protocol.js';

/** What happens on one stream, told to whoever accepted it. */
export interface StreamEvents {
  receive(message: FromAgent): void;
  drained(): void;
  closed(): void;
}

export interface SessionServerOptions {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** PEM of the authority that node certificates must come from. */
  readonly authority: string;
  readonly certificate: KeyedCertificate;
  /** A stream of a certificate that our authority signed and that is in its time. Answers why it is not wanted, or what is to be told of it. */
  accept(certificate: SessionCertificate, wire: SessionWire): StreamEvents | string;
}

/** The gRPC server that agents connect to, over TLS 1.3 with a client certificate. Knows streams, and nothing of what is in them. */
export class SessionServer {
  private constructor(
    private readonly server: grpc.Server,
    private readonly credentials: MutualTls,
    readonly port: number,
  ) {}

  static async start(options: SessionServerOptions): Promise<SessionServer> {
    const server = new grpc.Server({
      'grpc.keepalive_time_ms': PING_INTERVAL,
      'grpc.keepalive_timeout_ms': PING_WAIT,
      'grpc.max_receive_message_length': LARGEST_MESSAGE,
      'grpc.max_send_message_length': LARGEST_MESSAGE,
    });
    server.addService(NODE_SESSION, { connect: (call: Call) => attach(call, options) });
    const credentials = new MutualTls(options.authority, options.certificate);
    const address = options.host.includes(':') ? `[${options.host}]` : options.host;
    const port = await new Promise<number>((resolve, reject) => {
      server.bindAsync(`${address}:${options.port}`, credentials, (error, bound) => (error ? reject(error) : resolve(bound)));
    });
    return new SessionServer(server, credentials, port);
  }

  /** New connections are shown another certificate; those that are open keep theirs. */
  replaceCertificate(certificate: KeyedCertificate): void {
    this.credentials.replace(certificate);
  }

  /** Ends all streams and stops listening. */
  stop(): void {
    this.server.forceShutdown();
  }
}

type Call = grpc.ServerDuplexStream<FromAgent, Buffer>;

/** gRPC's own credentials ask for a client certificate but leave the TLS version to a default of the process. */
class MutualTls extends grpc.ServerCredentials {
  constructor(
    private readonly authority: string,
    certificate: KeyedCertificate,
  ) {
    super({ requestCert: true, rejectUnauthorized: true, minVersion: 'TLSv1.3' }, secureContext(authority, certificate));
  }

  replace(certificate: KeyedCertificate): void {
    this.updateSecureContextOptions(secureContext(this.authority, certificate));
  }

  override _equals(other: grpc.ServerCredentials): boolean {
    return other === this;
  }
}

function secureContext(authority: string, { certificate, privateKey }: KeyedCertificate) {
  return { ca: authority, cert: certificate, key: privateKey, minVersion: 'TLSv1.3' } as const;
}

function attach(call: Call, options: SessionServerOptions): void {
  const certificate = certificateOf(call);
  const events = certificate ? options.accept(certificate, wireOf(call)) : 'the client certificate does not name one node';
  if (typeof events === 'string') {
    refuse(call, grpc.status.PERMISSION_DENIED, events);
    return;
  }
  let open = true;
  const close = (): void => {
    if (!open) return;
    open = false;
    events.closed();
  };
  call.on('data', (message: FromAgent) => {
    if (open) events.receive(message);
  });
  call.on('drain', () => {
    if (open) events.drained();
  });
  call.on('end', () => {
    close();
    call.end();
  });
  call.on('cancelled', close);
  call.on('error', close);
  call.on('close', close);
}

function certificateOf(call: Call): SessionCertificate | undefined {
  const peer = call.getAuthContext().sslPeerCertificate;
  const identity = nodeIdentityFrom(peer?.subjectaltname);
  return peer && identity ? { identity, serial: serialText(peer.serialNumber), notAfter: Date.parse(peer.valid_to) } : undefined;
}

const STATUS: Readonly<Record<CloseReason, grpc.status>> = {
  REPLACED: grpc.status.ALREADY_EXISTS,
  REVOKED: grpc.status.PERMISSION_DENIED,
  EXPIRED: grpc.status.UNAUTHENTICATED,
  BEHIND: grpc.status.RESOURCE_EXHAUSTED,
  PROTOCOL: grpc.status.INVALID_ARGUMENT,
  STOPPING: grpc.status.UNAVAILABLE,
};

function wireOf(call: Call): SessionWire {
  return {
    peer: call.getPeer(),
    write: (frame) => call.write(frame),
    close: (reason, detail) => refuse(call, STATUS[reason], detail),
  };
}

/** The server call turns an error into the status of the stream, behind what was written before. */
function refuse(call: Call, code: grpc.status, details: string): void {
  call.emit('error', { code, details });
}

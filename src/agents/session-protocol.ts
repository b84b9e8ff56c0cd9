import { FromAgent, ToAgent } from './session.pb.js';

/** The one method of the node protocol, as `session.proto` declares it. */
export const CONNECT_PATH = '/heddle.agents.v1.NodeSession/Connect';

/** A snapshot comes in parts, but one address set of 100,000 members is one resource and so one message. */
export const LARGEST_MESSAGE = 64 * 1024 * 1024;

/**
 * A peer that vanished without a word is noticed after at most the sum of both, in milliseconds. A process that dies closes its
 * connections, so that this is about machines and networks only; a peer that is merely busy must never be taken for dead, or a
 * thousand that are would drop their streams and come back all at once.
 */
export const PING_INTERVAL = 15_000;
export const PING_WAIT = 30_000;

/**
 * The service for gRPC servers. What a server sends is already serialised: deltas to different nodes share the bytes of their
 * resources, which a serialiser that takes messages could not know.
 */
export const NODE_SESSION = {
  connect: {
    path: CONNECT_PATH,
    requestStream: true,
    responseStream: true,
    requestSerialize: (message: FromAgent): Buffer => Buffer.from(FromAgent.encode(message).finish()),
    requestDeserialize: (bytes: Buffer): FromAgent => FromAgent.decode(bytes),
    responseSerialize: (frame: Buffer): Buffer => frame,
    responseDeserialize: (bytes: Buffer): ReceivedFrame => ({ bytes, message: ToAgent.decode(bytes).message }),
  },
} as const;

/** A message from the manager together with the bytes it came in: those are what an agent keeps on disk. */
export interface ReceivedFrame {
  readonly bytes: Buffer;
  readonly message: ToAgent['message'];
}

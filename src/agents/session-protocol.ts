import { FromAgent, ToAgent } from './session.pb.js';

/** The one method of the node protocol, as `session.proto` declares it. */
export const CONNECT_PATH = '/heddle.agents.v1.NodeSession/Connect';

/** A snapshot comes in parts, but one address set of 100,000 members is one resource and so one message. */
export const LARGEST_MESSAGE = 64 * 1024 * 1024;

/** A dead peer is noticed after about this long, in milliseconds: a ping, and its wait. */
export const PING_INTERVAL = 10_000;
export const PING_WAIT = 10_000;

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

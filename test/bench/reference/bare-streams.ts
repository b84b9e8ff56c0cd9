import type { ServerDuplexStream, ServiceDefinition } from '@grpc/grpc-js';

/** One gRPC method with a stream each way and nothing in it but bytes. */
const bytes = (message: Buffer): Buffer => message;

export const BARE = {
  connect: {
    path: '/bench.Bare/Connect',
    requestStream: true,
    responseStream: true,
    requestSerialize: bytes,
    requestDeserialize: bytes,
    responseSerialize: bytes,
    responseDeserialize: bytes,
  },
} as const satisfies ServiceDefinition;

export type BareCall = ServerDuplexStream<Buffer, Buffer>;

/** What an agent's ack takes on the wire, in bytes. */
export const ACK = Buffer.alloc(8);

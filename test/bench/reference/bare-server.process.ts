import * as grpc from '@grpc/grpc-js';
import type { KeyedCertificate } from '../../../src/agents/pki/certificate-authority.js';
import { answerParent, now } from '../processes.js';
import { BARE, type BareCall } from './bare-streams.js';

/** The least that a fan-out can cost: one message to every stream, over the same TLS as nodes use, each answered by a few bytes. */

export type BareServerHandlers = {
  /** Listens; answers the port. */
  readonly start: (order: { readonly authority: string; readonly certificate: KeyedCertificate }) => Promise<number>;
  readonly streams: () => number;
  /** Sends a message of so many bytes to every stream; answers the milliseconds until all have answered. */
  readonly fanOut: (bytes: number) => Promise<number>;
};

const calls = new Set<BareCall>();
let answered: () => void = () => undefined;

answerParent({
  start: async ({ authority, certificate: { certificate, privateKey } }) => {
    const server = new grpc.Server();
    server.addService(BARE, {
      connect: (call: BareCall) => {
        calls.add(call);
        call.sendMetadata(new grpc.Metadata());
        call.on('data', () => answered());
        call.on('error', () => calls.delete(call));
      },
    });
    const pair = { private_key: Buffer.from(privateKey), cert_chain: Buffer.from(certificate) };
    const credentials = grpc.ServerCredentials.createSsl(Buffer.from(authority), [pair], true);
    return new Promise<number>((resolve, reject) => {
      server.bindAsync('127.0.0.1:0', credentials, (error, port) => (error ? reject(error) : resolve(port)));
    });
  },
  streams: () => calls.size,
  fanOut: (bytes) => {
    const message = Buffer.alloc(bytes, 'x');
    const started = now();
    return new Promise<number>((resolve) => {
      let missing = calls.size;
      answered = () => {
        missing -= 1;
        if (missing === 0) resolve(now() - started);
      };
      for (const call of calls) call.write(message);
    });
  },
} satisfies BareServerHandlers);

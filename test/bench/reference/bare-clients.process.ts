import * as tls from 'node:tls';
import * as grpc from '@grpc/grpc-js';
import { answerParent } from '../processes.js';
import { ACK, BARE } from './bare-streams.js';

/** The other end of the bare fan-out: streams that answer every message with a few bytes. */

export interface BareClients {
  readonly port: number;
  readonly count: number;
  /** PEM texts. */
  readonly authority: string;
  readonly certificate: string;
  readonly privateKey: string;
}

export type BareClientHandlers = { readonly connect: (order: BareClients) => void };

answerParent({
  connect: ({ port, count, authority, certificate, privateKey }) => {
    const context = tls.createSecureContext({ ca: authority, cert: certificate, key: privateKey, minVersion: 'TLSv1.3' });
    for (let index = 0; index < count; index += 1) {
      const client = new grpc.Client(`localhost:${port}`, grpc.credentials.createFromSecureContext(context), { 'grpc.use_local_subchannel_pool': 1 });
      const { path, requestSerialize, responseDeserialize } = BARE.connect;
      const call = client.makeBidiStreamRequest(path, requestSerialize, responseDeserialize);
      call.on('data', () => call.write(ACK));
      call.on('error', (error) => {
        throw error;
      });
    }
  },
} satisfies BareClientHandlers);

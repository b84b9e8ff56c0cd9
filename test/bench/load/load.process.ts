import { answerParent, now } from '../processes.js';
import { Connection, type Target } from './connection.js';

/** The process that makes load: requests over HTTPS with keep-alive and Basic login, as fast as they are answered or at a pace. */

export interface Requests {
  readonly method: 'GET' | 'PATCH' | 'PUT' | 'POST';
  /** Paths with their query, in the order of sending; `*` stands for the number of the request. */
  readonly paths: readonly string[];
  /** JSON texts in ASCII, as many as there are paths, or one for all. */
  readonly bodies?: readonly string[];
  /** Number of the first request. */
  readonly from?: number;
}

export interface Load {
  readonly target: Target;
  /** Value of the Authorization header; left out: none is sent. */
  readonly authorization?: string;
  readonly requests: Requests;
  readonly clients: number;
}

export interface Answered {
  readonly requests: number;
  readonly milliseconds: number;
  /** How long each answer took, in milliseconds. */
  readonly latencies: Float64Array;
}

/** Requests sent at a pace, whether or not earlier ones were answered. Times as `now` gives them. */
export interface Paced {
  readonly sent: Float64Array;
  readonly answered: Float64Array;
}

export type LoadHandlers = {
  readonly full: (load: Load & { readonly milliseconds: number }) => Promise<Answered>;
  readonly paced: (load: Load & { readonly perSecond: number; readonly count: number }) => Promise<Paced>;
};

answerParent({ full, paced } satisfies LoadHandlers);

async function full({ milliseconds, ...load }: Load & { readonly milliseconds: number }): Promise<Answered> {
  const connections = await open(load);
  const request = writer(load);
  const latencies: number[] = [];
  let next = load.requests.from ?? 0;
  const started = now();
  const until = started + milliseconds;
  const client = async (connection: Connection): Promise<void> => {
    for (let sent = now(); sent < until; ) {
      await expectGood(connection.send(request(next++)));
      const answered = now();
      latencies.push(answered - sent);
      sent = answered;
    }
  };
  await Promise.all(connections.map(client));
  const took = now() - started;
  for (const connection of connections) connection.close();
  return { requests: latencies.length, milliseconds: took, latencies: Float64Array.from(latencies) };
}

async function paced({ perSecond, count, ...load }: Load & { readonly perSecond: number; readonly count: number }): Promise<Paced> {
  const idle = await open(load);
  const request = writer(load);
  const from = load.requests.from ?? 0;
  const sent = new Float64Array(count);
  const answered = new Float64Array(count);
  const underWay: Promise<void>[] = [];
  const started = now();
  for (let index = 0; index < count; index += 1) {
    const due = started + (index * 1000) / perSecond;
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, due - now())));
    const connection = idle.shift();
    if (!connection) throw new Error(`all ${load.clients} connections wait for answers: ${perSecond} requests a second are too many`);
    sent[index] = now();
    const answer = expectGood(connection.send(request(from + index))).then(() => {
      answered[index] = now();
      idle.push(connection);
    });
    underWay.push(answer);
  }
  await Promise.all(underWay);
  for (const connection of idle) connection.close();
  return { sent, answered };
}

function open({ target, clients }: Load): Promise<Connection[]> {
  return Promise.all(Array.from({ length: clients }, () => Connection.open(target)));
}

/** Writes requests out; what is the same in all is put together once. */
function writer({ target, authorization, requests: { method, paths, bodies } }: Load): (number: number) => string {
  const login = authorization === undefined ? '' : `Authorization: ${authorization}\r\n`;
  const head = ` HTTP/1.1\r\nHost: ${target.host}:${target.port}\r\n${login}Accept: application/json\r\n`;
  const contents = bodies?.map((body) => `${head}Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`) ?? [`${head}\r\n`];
  return (number) => `${method} ${paths[number % paths.length]?.replace('*', String(number))}${contents[number % contents.length]}`;
}

async function expectGood(answer: Promise<number>): Promise<void> {
  const status = await answer;
  if (status !== 200) throw new Error(`a request of the load was answered ${status}`);
}

import { createSocket } from 'node:dgram';
import { connect, createServer } from 'node:net';

/**
 * The ends of connections that the lab tries, each a process in a workload's namespace.
 *
 *   probe.js listen NAME PORT...  on each port answers TCP connections and UDP datagrams with its name
 *   probe.js tcp ADDRESS PORT     writes the answer; status 0: answered; 2: refused; 3: no answer
 *   probe.js udp ADDRESS PORT     the same
 *   probe.js hold ADDRESS PORT    asks again and again over one TCP connection, and writes a line for each answer
 */

const PATIENCE = 1_500;
/** Between two questions over one connection, in milliseconds. */
const PAUSE = 100;
const REFUSED = 2;
const SILENT = 3;

const [task = '', ...args] = process.argv.slice(2);

function listen(name: string, ports: readonly string[]): void {
  for (const port of ports.map(Number)) {
    createServer((socket) => socket.on('error', () => undefined).on('data', () => socket.write(name))).listen(port, '::');
    const datagrams = createSocket('udp6');
    datagrams.on('message', (_, { address, port: from }) => datagrams.send(name, from, address)).bind(port);
  }
}

function answered(answer: Buffer): void {
  process.stdout.write(answer.toString(), () => process.exit(0));
}

function tcp(address: string, port: number): void {
  const socket = connect(port, address, () => socket.write('?'));
  socket.on('data', answered);
  socket.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'ECONNREFUSED' || error.code === 'ECONNRESET' ? REFUSED : SILENT));
}

function udp(address: string, port: number): void {
  const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4');
  socket.on('message', answered);
  // A refusal comes as an ICMP message, which only a connected socket is told of.
  socket.on('error', () => process.exit(REFUSED));
  socket.connect(port, address, () => socket.send('?'));
}

function hold(address: string, port: number): void {
  const socket = connect(port, address, () => setInterval(() => socket.write('?'), PAUSE));
  socket.setNoDelay();
  socket.on('data', (answer) => process.stdout.write(`${answer}\n`));
  socket.on('error', () => process.exit(REFUSED));
}

if (task === 'listen') listen(args[0] ?? '', args.slice(1));
else if (task === 'hold') hold(args[0] ?? '', Number(args[1]));
else {
  setTimeout(() => process.exit(SILENT), PATIENCE);
  if (task === 'tcp') tcp(args[0] ?? '', Number(args[1]));
  else udp(args[0] ?? '', Number(args[1]));
}

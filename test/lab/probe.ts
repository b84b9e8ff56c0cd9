import { createSocket } from 'node:dgram';
import { connect, createServer } from 'node:net';

/**
 * The ends of connections that the lab tries, each a process in a workload's namespace.
 *
 *   probe.js listen PORT...       accepts TCP connections and echoes what comes, and UDP datagrams, on each port
 *   probe.js tcp ADDRESS PORT     status 0: connected and answered; 2: refused; 3: no answer
 *   probe.js udp ADDRESS PORT     the same
 */

const PATIENCE = 1_500;
const REFUSED = 2;
const SILENT = 3;

const [task = '', ...args] = process.argv.slice(2);

function listen(ports: readonly string[]): void {
  for (const port of ports.map(Number)) {
    createServer((socket) => socket.on('error', () => undefined).pipe(socket)).listen(port, '::');
    const datagrams = createSocket('udp6');
    datagrams.on('message', (message, { address, port: from }) => datagrams.send(message, from, address)).bind(port);
  }
}

function tcp(address: string, port: number): void {
  const socket = connect(port, address, () => socket.write('?'));
  socket.on('data', () => process.exit(0));
  socket.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'ECONNREFUSED' || error.code === 'ECONNRESET' ? REFUSED : SILENT));
}

function udp(address: string, port: number): void {
  const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4');
  socket.on('message', () => process.exit(0));
  // A refusal comes as an ICMP message, which only a connected socket is told of.
  socket.on('error', () => process.exit(REFUSED));
  socket.connect(port, address, () => socket.send('?'));
}

if (task === 'listen') listen(args);
else {
  setTimeout(() => process.exit(SILENT), PATIENCE);
  if (task === 'tcp') tcp(args[0] ?? '', Number(args[1]));
  else udp(args[0] ?? '', Number(args[1]));
}

import { createSocket } from 'node:dgram';
import { connect, createServer } from 'node:net';

/**
 * The ends of connections that the lab tries, each a process in a workload's namespace.
 *
 *   probe.js listen NAME PORT...  on each port answers TCP connections and UDP datagrams with its name
 *   probe.js tcp ADDRESS PORT     writes the answer; status 0: answered; 2: refused; 3: no answer
 *   probe.js udp ADDRESS PORT     the same
 *   probe.js hold ADDRESS PORT    asks again and again over one TCP connection, and writes a line for each answer
 *   probe.js solicit DEVICE       asks DHCPv6 servers for an address, and writes the one that is offered
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

/** Option of DHCPv6 with its length before it. */
function option(code: number, content: Buffer): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt16BE(code, 0);
  head.writeUInt16BE(content.length, 2);
  return Buffer.concat([head, content]);
}

/** A message SOLICIT with a client id, and an association that asks for one address. */
function solicit(device: string): void {
  const [clientId, association] = [Buffer.from('00030001020000070099', 'hex'), Buffer.from('000000010000000000000000', 'hex')];
  const message = Buffer.concat([Buffer.from('01010203', 'hex'), option(1, clientId), option(8, Buffer.alloc(2)), option(3, association)]);
  const socket = createSocket('udp6');
  socket.on('message', (answer) => answered(Buffer.from(addressIn(answer.subarray(4)))));
  socket.bind(546, () => socket.send(message, 547, `ff02::1:2%${device}`));
}

/** The first address among options, written as eight groups; empty where there is none. */
function addressIn(options: Buffer): string {
  for (let at = 0; at + 4 <= options.length; at += 4 + options.readUInt16BE(at + 2)) {
    const content = options.subarray(at + 4, at + 4 + options.readUInt16BE(at + 2));
    if (options.readUInt16BE(at) === 3) return addressIn(content.subarray(12));
    if (options.readUInt16BE(at) === 5) return Array.from({ length: 8 }, (_, group) => content.readUInt16BE(group * 2).toString(16)).join(':');
  }
  return '';
}

if (task === 'listen') listen(args[0] ?? '', args.slice(1));
else if (task === 'hold') hold(args[0] ?? '', Number(args[1]));
else {
  setTimeout(() => process.exit(SILENT), PATIENCE);
  if (task === 'solicit') solicit(args[0] ?? '');
  else if (task === 'tcp') tcp(args[0] ?? '', Number(args[1]));
  else udp(args[0] ?? '', Number(args[1]));
}

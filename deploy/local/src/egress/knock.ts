// Runs in the pod, as the agent's user: tries what it is told to, all at once, and says on its only line what came of each.
import { createSocket } from 'node:dgram';
import { connect } from 'node:net';

export interface Knock {
  protocol: 'tcp' | 'udp';
  /** A name or an address. */
  host: string;
  port: number;
  /** Address that it comes from; any unless given. */
  from?: string;
}

/** Somebody is there; nothing came back; or the code of what came back instead. */
export type Heard = 'answered' | 'silence' | string;

const patienceMs = 3_000;
/** Asks for the address of a name. */
const question = Buffer.concat([
  Buffer.from([0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 9]),
  Buffer.from('elsewhere\u0004test\0\0\u0001\0\u0001', 'latin1'),
]);

const knocks = JSON.parse(process.argv[2] ?? '[]') as Knock[];
const all = await Promise.all(
  knocks.map((knock) => (knock.protocol === 'tcp' ? dial(knock) : ask(knock))),
);
console.log(JSON.stringify(all));

async function dial({ host, port, from }: Knock): Promise<Heard> {
  const socket = connect({ host, port, ...(from !== undefined && { localAddress: from }) });
  const heard = await Promise.race([
    new Promise<Heard>((resolve) => {
      socket.once('connect', () => resolve('answered'));
      socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'error'));
    }),
    silence(),
  ]);
  socket.destroy();
  return heard;
}

async function ask({ host, port }: Knock): Promise<Heard> {
  const socket = createSocket('udp4');
  const heard = await Promise.race([
    new Promise<Heard>((resolve) => {
      socket.once('message', () => resolve('answered'));
      socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'error'));
      socket.send(question, port, host);
    }),
    silence(),
  ]);
  socket.close();
  return heard;
}

function silence(): Promise<Heard> {
  return new Promise((resolve) => setTimeout(resolve, patienceMs, 'silence').unref());
}

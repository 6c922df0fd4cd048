import { once } from 'node:events';
import { WebSocket } from 'ws';

/** Collections of garbage: what the first one frees may keep more alive that the second one finds. */
const times = 3;

/** Makes a process that listens with --inspect collect its garbage. */
export async function collectGarbage(port: number): Promise<void> {
  const targets = await fetch(`http://127.0.0.1:${port}/json/list`);
  const [target] = (await targets.json()) as { webSocketDebuggerUrl: string }[];
  if (!target) throw new Error('The control plane can not be looked into.');
  const socket = new WebSocket(target.webSocketDebuggerUrl);
  await once(socket, 'open');
  for (let id = 1; id <= times; id += 1) {
    const answered = once(socket, 'message');
    socket.send(JSON.stringify({ id, method: 'HeapProfiler.collectGarbage' }));
    await answered;
  }
  socket.terminate();
}

import { Gauge } from 'prom-client';
import { registry } from './registry.js';

/** Long lines into this process: of agents, and of who watches runs or agents. */
export const sockets = new Gauge({
  name: 'drawbridge_sockets',
  help: 'Websockets that this process holds, by who is at the other end.',
  labelNames: ['of'],
  registers: [registry],
});
sockets.set({ of: 'agent' }, 0);
sockets.set({ of: 'subscriber' }, 0);

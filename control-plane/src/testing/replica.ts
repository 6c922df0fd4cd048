import { fileURLToPath } from 'node:url';
import { freePort } from '@drawbridge/local/free-port.js';
import { openProgram, type Program } from '@drawbridge/local/program.js';
import { testSecret } from './test-secret.js';

export interface Replica {
  url: string;
  program: Program;
}

const script = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

/** One control plane as the real program in a process of its own; several may stand on one database. */
export async function openReplica(
  databaseUrl: string,
  logFile: string,
  env: Readonly<Record<string, string>> = {},
): Promise<Replica> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const program = await openProgram({
    name: 'control plane',
    script,
    args: ['start'],
    env: async () => ({
      PATH: process.env['PATH'] ?? '',
      DATABASE_URL: databaseUrl,
      HOST: '127.0.0.1',
      PORT: String(port),
      DRAWBRIDGE_SECRET: testSecret,
      ...env,
    }),
    logFile,
    readyUrl: `${url}/readyz`,
  });
  return { url, program };
}

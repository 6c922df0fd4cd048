import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { freePort } from '../free-port.js';
import { DemoError } from './demo-error.js';

export interface Ports {
  controlPlane: number;
  postgres: number;
  receiver: number;
  bucket: number;
}

type Remembered = Omit<Ports, 'controlPlane'>;

/** Those that the files in deploy/local/demo name. */
export const usualPorts: Remembered = { postgres: 3032, receiver: 3080, bucket: 3090 };

/**
 * PORT is for the control plane. The others are chosen at the first start in a folder and stay, because configuration
 * and baselines name them: the usual ones, or free ones where those are taken.
 */
export async function openPorts(home: string, controlPlane: number): Promise<Ports> {
  if (!(await isFree(controlPlane)))
    throw new DemoError(
      `Port ${controlPlane} is taken. Stop what listens there, or choose another: PORT=${controlPlane + 1} npm start`,
    );
  const file = join(home, 'ports.json');
  const remembered = JSON.parse(
    await readFile(file, 'utf8').catch(() => 'null'),
  ) as Remembered | null;
  if (remembered) {
    await expectFree(remembered, home);
    return { controlPlane, ...remembered };
  }
  const chosen = await choose(controlPlane);
  await writeFile(file, JSON.stringify(chosen));
  return { controlPlane, ...chosen };
}

async function expectFree(ports: Remembered, home: string): Promise<void> {
  for (const [name, port] of Object.entries(ports))
    if (!(await isFree(port)))
      throw new DemoError(
        `Port ${port} is taken, and the demo's ${name} in ${home} belongs there. Stop what listens there, or begin anew in another folder with DRAWBRIDGE_HOME.`,
      );
}

async function choose(controlPlane: number): Promise<Remembered> {
  const chosen = { ...usualPorts };
  for (const name of ['postgres', 'receiver', 'bucket'] as const)
    if (chosen[name] === controlPlane || !(await isFree(chosen[name])))
      chosen[name] = await freePort();
  return chosen;
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

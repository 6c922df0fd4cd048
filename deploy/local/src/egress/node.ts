// The node before the pod: takes the rules, and tells what it let through and what it refused.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { promisify } from 'node:util';
import { table } from './firewall.js';
import { called } from './hosts.js';
import { within } from './namespaces.js';

const run = promisify(execFile);

/** Packets of one kind that the node refused. */
export interface Refused {
  /** Who was meant on the way out; who asked, and for which port of the agent, on the way in. */
  direction: 'out' | 'in';
  host: string;
  address: string;
  protocol: string;
  port: number;
  packets: number;
}

/** One entry of the policy, and how many connections it let through. */
export interface Allowed {
  direction: 'out' | 'in';
  /** As the policy has it: network, protocol, port. */
  entry: string;
  host: string;
  connections: number;
}

export interface Counts {
  /** All packets that were refused, also such as have no port. */
  dropped: number;
  refused: Refused[];
  allowed: Allowed[];
}

/** Begins to count anew. */
export async function enforce(namespace: string, rules: string): Promise<void> {
  const [program = '', ...args] = [...within(namespace), 'nft', '-f', '-'];
  const child = spawn(program, args, { stdio: ['pipe', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (bytes: Buffer) => (said += bytes.toString()));
  child.stdin.end(rules);
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`nft refused the rules: ${said}\n${rules}`);
}

interface Element {
  elem: { val: { concat: [string, string, number] }; counter: { packets: number } };
}

interface Listed {
  set?: { name: string; elem?: Element[] };
  counter?: { packets: number };
  rule?: { chain: string; comment?: string; expr: { counter?: { packets: number } }[] };
}

export async function counts(namespace: string): Promise<Counts> {
  const [program = '', ...args] = [
    ...within(namespace),
    'nft',
    '-j',
    'list',
    'table',
    'inet',
    table,
  ];
  const { stdout } = await run(program, args, { maxBuffer: 16 << 20 });
  const { nftables } = JSON.parse(stdout) as { nftables: Listed[] };
  return {
    dropped: nftables.find(({ counter }) => counter)?.counter?.packets ?? 0,
    refused: nftables.flatMap(({ set }) => refusedIn(set)),
    allowed: nftables.flatMap(({ rule }) => allowedIn(rule)),
  };
}

function refusedIn(set: Listed['set']): Refused[] {
  const direction = set?.name === 'refused_out' ? 'out' : 'in';
  return (set?.elem ?? []).map(({ elem }) => {
    const [address, protocol, port] = elem.val.concat;
    const host = called(address, port);
    return { direction, host, address, protocol, port, packets: elem.counter.packets };
  });
}

/** A connection is counted once: what belongs to it later was let through before. */
function allowedIn(rule: Listed['rule']): Allowed[] {
  if (rule?.comment === undefined) return [];
  const connections = rule.expr.find(({ counter }) => counter)?.counter?.packets ?? 0;
  const direction = rule.chain === 'out' ? 'out' : 'in';
  const [network = '', , port] = rule.comment.split(' ');
  const host = called(network.replace(/\/32$/, ''), Number(port));
  return [{ direction, entry: rule.comment, host, connections }];
}

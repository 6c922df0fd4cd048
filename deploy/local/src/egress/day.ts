// The part of `npm run test:egress` that runs in the world's namespace: opens everybody, lets the demo pass through the
// firewall, then knocks at what must stay closed. Told by DRAWBRIDGE_EGRESS; its last line is the result.
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Openings } from '../demo/openings.js';
import { demoDay } from './demo-day.js';
import type { Namespaces } from './namespaces.js';
import { counts, enforce } from './node.js';
import type { Allowed, Refused } from './node.js';
import { placeIn } from './pod.js';
import { agentFirewall, neededHosts, objectsOf, valuesFor } from './policy.js';
import { proxyDay } from './proxy-day.js';
import { refusals } from './refusals.js';
import { openWorld } from './world.js';

export interface Told {
  namespaces: Namespaces;
  helm: string;
}

export interface Result {
  /** Of the demo day. */
  runs: number;
  /** Sentences; none when all is well. */
  faults: string[];
  dropsInDemoDay: number;
  refused: Refused[];
  allowed: Allowed[];
  /** With a forward proxy: `host:port` of all that was asked of it. */
  throughProxy: string[];
}

const { namespaces, helm } = JSON.parse(process.env['DRAWBRIDGE_EGRESS'] ?? '') as Told;
const openings = new Openings();
const say = (line: string): void => console.error(line);
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => void openings.close().finally(() => process.exit(1)));

const home = await mkdtemp(join(tmpdir(), 'drawbridge-egress-'));
// Postgres and the agent run as other users, who have folders of their own in there.
await chmod(home, 0o711);
try {
  console.log(JSON.stringify(await main()));
} finally {
  await openings.close();
  await rm(home, { recursive: true, force: true });
}
process.exit();

async function main(): Promise<Result> {
  const place = await placeIn(namespaces);
  const objects = await objectsOf(helm, valuesFor(neededHosts()), home);
  await enforce(namespaces.node, agentFirewall(objects));
  const options = { home, port: 3000, warehouse: 'snowflake', openings, say } as const;
  const world = await openWorld(options, place);
  const day = await demoDay(world, place, say);
  const { dropped, refused: ofDay, allowed } = await counts(namespaces.node);
  const setting = { world, place, namespaces, helm, home, say };
  const proxied = await proxyDay(setting);
  const { refused, faults } = await refusals(setting);
  return {
    runs: proxied.runs,
    faults: [
      ...day,
      ...ofDay.map(({ host, protocol }) => `The demo day was refused ${protocol} to ${host}.`),
      ...idle(allowed),
      ...proxied.faults,
      ...faults,
    ],
    dropsInDemoDay: dropped + proxied.dropped,
    refused,
    allowed,
    throughProxy: proxied.through,
  };
}

/** An entry of the list that nobody used is one that nobody needs; DNS by TCP is for answers that are larger than ours. */
function idle(allowed: readonly Allowed[]): string[] {
  return allowed
    .filter(({ entry, connections }) => connections === 0 && !entry.endsWith(' tcp 53'))
    .map(({ entry }) => `Nobody used what the policy lets through by "${entry}".`);
}

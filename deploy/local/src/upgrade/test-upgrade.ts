// Two versions of control plane and agents at work together, through an upgrade and back, while syncs run.
//
//   npm run test:upgrade -- [--from HEAD~1] [--runs 200] [--versions DIR] [--keep DIR] [--json]
import { mkdtemp, mkdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { openSite } from './site.js';
import { openVersion, presentVersion } from './version.js';

const usage = `Usage: npm run test:upgrade -- [--from COMMIT] [--runs 200] [--versions DIR] [--keep DIR] [--json]
The programs of another commit (of the one before unless given) and of this tree, over one Postgres and one bucket: all old;
the schema new; control planes, then agents replaced one by one; and all back again. Syncs run all the time, each mode with
rows that change; what was written twice or not at all is counted by triggers.

  --from COMMIT   what is upgraded from
  --runs N        how many runs at least, over all phases
  --versions DIR  where another commit is checked out and built, and found built the next time; else it is removed
  --keep DIR      where logs, bucket and databases are left; else they are removed
  --json          print { "from", "to", "runs", "succeeded", "failed", "doubled", "lost", "phases", … } as the last line
Takes four minutes or more. Exit code 1 when a run failed, or a row was lost or written twice.`;

const { values: flags } = parseArgs({
  options: {
    from: { type: 'string', default: 'HEAD~1' },
    runs: { type: 'string', default: '200' },
    versions: { type: 'string' },
    keep: { type: 'string' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

if (flags.help) console.log(usage);
else await main();

async function main(): Promise<void> {
  const runs = Number(flags.runs);
  if (!Number.isSafeInteger(runs) || runs < 1) {
    console.error(usage);
    process.exitCode = 2;
    return;
  }
  await using open = new AsyncDisposableStack();
  const versions = await folderOf(flags.versions, open);
  const home = await folderOf(flags.keep, open);
  const began = performance.now();
  const secondsSoFar = (): number => Math.round((performance.now() - began) / 1_000);
  const tell = (line: string): void => console.error(`${secondsSoFar()} s  ${line}`);
  tell(`building ${flags.from}`);
  const from = await openVersion(flags.from, versions);
  const to = await presentVersion();
  const site = open.use(await openSite({ from, to, home, runs, tell }));
  const outcome = { ...(await site.upgradeAndBack()), seconds: secondsSoFar() };
  console.log(flags.json ? JSON.stringify(outcome) : JSON.stringify(outcome, undefined, 2));
  if (outcome.faults.length > 0) process.exitCode = 1;
}

/** One that is given stays. */
async function folderOf(given: string | undefined, open: AsyncDisposableStack): Promise<string> {
  if (given !== undefined) {
    await mkdir(given, { recursive: true });
    return resolve(given);
  }
  const folder = await mkdtemp(join(tmpdir(), 'drawbridge-upgrade-'));
  return open.adopt(folder, (path) => rm(path, { recursive: true, force: true }));
}

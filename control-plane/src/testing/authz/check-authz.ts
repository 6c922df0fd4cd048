// Knocks at every field of the GraphQL schema as everybody, and holds each answer against the table of permissions.
//
//   npm run check:authz -- [--json]
import { parseArgs } from 'node:util';
import { withPostgres } from '@drawbridge/local/bench/bench-postgres.js';
import { openStand } from './stand.js';
import { walk } from './walk.js';

const { values: flags } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

const help = `Usage: npm run check:authz -- [--json]

Asks a real control plane for every field as every role, without a role, without a session, with keys that are expired,
revoked or of an unknown role, and with the ids and names of another workspace. Fails when a field has no rule, when an
answer is not what the table says, and when anything of the other workspace is shown or changed.

  --json   { "fields", "roles", "tried", "failures" } as the last line`;

if (flags.help) console.log(help);
else await withPostgres(main);

async function main(postgresUrl: string): Promise<void> {
  const stand = await openStand(postgresUrl);
  try {
    const { failures, ...counts } = await walk(stand);
    const say = flags.json ? console.error : console.log;
    for (const failure of failures) say(failure);
    say(
      `${counts.fields} fields, ${counts.roles} roles, ${counts.tried} requests, ${failures.length} failures`,
    );
    if (flags.json) console.log(JSON.stringify({ ...counts, failures: failures.length }));
    if (failures.length > 0) process.exitCode = 1;
  } finally {
    await stand.test.close();
  }
}

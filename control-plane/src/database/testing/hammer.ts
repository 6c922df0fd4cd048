import pg from 'pg';
import { AppError } from '../../app-error.js';
import type { Config } from '../../config.js';
import type { DatabaseClient } from '../database.js';
import { urlOfRole } from '../role.js';

/** What was seen by those who hammer at one database at once. */
export class Seen {
  looks = 0;
  /** Rows that belong to somebody else. */
  readonly foreign: string[] = [];
  /** Connections to Postgres, by the workspace they were lent to. */
  readonly backends = new Map<string, Set<number>>();

  look(what: string, mine: string, rows: readonly { workspaceId: string }[]): void {
    this.looks += 1;
    for (const { workspaceId } of rows)
      if (workspaceId !== mine) this.foreign.push(`${what}: ${workspaceId} instead of ${mine}`);
  }

  private lent(mine: string, pid: number): void {
    this.backends.set(mine, (this.backends.get(mine) ?? new Set()).add(pid));
  }

  /** Notes the connection that a transaction has. */
  async note(client: Pick<DatabaseClient, '$queryRaw'>, mine: string): Promise<void> {
    const [row] = await client.$queryRaw<{ pid: number }[]>`select pg_backend_pid() as pid`;
    if (row) this.lent(mine, row.pid);
  }
}

type Blow = (client: DatabaseClient, mine: string, seen: Seen) => Promise<void>;

/** None of these queries names its workspace. Whatever fails does so on purpose, in the middle of a transaction. */
const blows: readonly Blow[] = [
  async (client, mine, seen) => seen.look('findMany', mine, await client.pool.findMany()),
  async (client, mine, seen) =>
    seen.look('raw', mine, await client.$queryRaw`select "workspaceId" from "Pool"`),
  async (client, mine, seen) => {
    await client.$transaction(async (tx) => {
      await seen.note({ $queryRaw: tx.$queryRaw.bind(tx) as DatabaseClient['$queryRaw'] }, mine);
      seen.look('first in a transaction', mine, await tx.pool.findMany());
      seen.look('then', mine, await tx.$queryRaw`select "workspaceId" from "Pool"`);
    });
  },
  async (client) => {
    await client.$queryRaw`select 1 / 0`.catch(() => undefined);
  },
  async (client, mine, seen) => {
    const undone = client.$transaction(async (tx) => {
      await tx.pool.updateMany({ data: { pausedAt: new Date() } });
      seen.look('before it is undone', mine, await tx.pool.findMany());
      throw new AppError('test.undone', 'On purpose.');
    });
    await undone.catch(() => undefined);
  },
];

const rounds = 12;

export async function hammer(client: DatabaseClient, mine: string, seen: Seen): Promise<void> {
  for (let n = 0; n < rounds; n += 1) for (const blow of blows) await blow(client, mine, seen);
}

/** As the role of tenants, past everything that names a workspace: each row that is seen is one too many. */
export async function hammerNameless(config: Config, seen: Seen): Promise<void> {
  const client = new pg.Client({ connectionString: urlOfRole(config, 'tenant') });
  await client.connect();
  try {
    for (let n = 0; n < rounds * blows.length; n += 1) {
      const sql = 'select "workspaceId" from "Pool"';
      seen.look('nameless', 'nobody', (await client.query<{ workspaceId: string }>(sql)).rows);
    }
  } finally {
    await client.end();
  }
}

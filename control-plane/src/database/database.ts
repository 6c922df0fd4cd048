import { Injectable } from '@nestjs/common';
import type { OnApplicationShutdown } from '@nestjs/common';
import { PrismaPg } from '@prisma/adapter-pg';
import { AppError } from '../app-error.js';
import { Config } from '../config.js';
import { Prisma, PrismaClient } from './generated/client.js';
import { HotStatements } from './hot-statements.js';
import { openPool } from './pool.js';
import { isPooled } from './role.js';
import { bindToWorkspace, forWorkspace } from './tenant-pool.js';
import { isUuid } from './uuid.js';

/** Pieces of SQL that are put into others. */
export { Prisma };

/** What a statement runs on: a client of the database, or a transaction on it. */
export type Transaction = Prisma.TransactionClient;

export type DatabaseClient = Transaction & Pick<PrismaClient, '$transaction'>;

/** A busy machine makes a transaction late, not wrong: the library's own 2 s and 5 s would fail it. */
const patience = { maxWait: 10_000, timeout: 30_000 };

/**
 * The control plane's database; the one place that knows Prisma's client. Whoever works for one workspace takes `of`: a
 * query that forgets to name its workspace then still sees no other one's rows, because Postgres holds it back.
 */
@Injectable()
export class Database implements OnApplicationShutdown {
  /** Sees all workspaces: for loops that go over them, and while it is not known yet who asks. */
  readonly system: DatabaseClient;
  private readonly clients: readonly PrismaClient[];
  private readonly tenants: PrismaClient;

  constructor(config: Config) {
    const tenantPool = openPool(config, 'tenant');
    bindToWorkspace(tenantPool);
    this.tenants = openClient(tenantPool, config);
    const system = openClient(openPool(config, 'system'), config);
    this.system = system;
    this.clients = [system, this.tenants];
  }

  /**
   * Sees one workspace. Statements outside a transaction are a transaction each, so several belong into one. Prisma does
   * not gather `findUnique` of one moment into one statement here; `findMany` with `in` does.
   */
  of(workspaceId: string): DatabaseClient {
    if (!isUuid(workspaceId))
      throw new AppError('database.no_workspace', 'The id of a workspace is a UUID.');
    return ofWorkspace(this.tenants, workspaceId);
  }

  async onApplicationShutdown(): Promise<void> {
    await this.close();
  }

  async close(): Promise<void> {
    await Promise.all(this.clients.map((client) => client.$disconnect()));
  }
}

function openClient(pool: ReturnType<typeof openPool>, config: Config): PrismaClient {
  const hot = new HotStatements();
  const options = { disposeExternalPool: true, statementNameGenerator: hot.nameOf };
  const adapter = new PrismaPg(pool, isPooled(config) ? { disposeExternalPool: true } : options);
  return new PrismaClient({ adapter, transactionOptions: patience });
}

type Transact = (act: (tx: Transaction) => Promise<unknown>, options?: object) => Promise<unknown>;
type Operations = Readonly<Record<string, (args: unknown) => Promise<unknown>>>;

function ofWorkspace(client: PrismaClient, workspaceId: string): DatabaseClient {
  const begin: Transact = client.$transaction.bind(client);
  const transact: Transact = (act, options) => forWorkspace(workspaceId, () => begin(act, options));
  const extended = client.$extends({
    query: {
      // In a transaction of its own, or Prisma would gather it with another workspace's of the same moment.
      $allOperations: ({ model, operation, args }) =>
        transact((tx) => operationsOf(tx, model)[operation]?.(args) ?? Promise.resolve()),
    },
    client: { $transaction: transact },
  });
  return extended as unknown as DatabaseClient;
}

/** Those of a model, or the raw ones of the transaction itself. */
function operationsOf(tx: Transaction, model: string | undefined): Operations {
  const models = tx as unknown as Readonly<Record<string, Operations>>;
  const one = model && models[model.charAt(0).toLowerCase() + model.slice(1)];
  return one || (tx as unknown as Operations);
}

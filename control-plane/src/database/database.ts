import { Injectable } from '@nestjs/common';
import type { OnApplicationShutdown } from '@nestjs/common';
import { PrismaPg } from '@prisma/adapter-pg';
import { Config } from '../config.js';
import { Prisma, PrismaClient } from './generated/client.js';
import { openPool } from './pool.js';

/** Pieces of SQL that are put into others. */
export { Prisma };

/** What a statement runs on: the database itself, or a transaction on it. */
export type Transaction = Prisma.TransactionClient;

/** A busy machine makes a transaction late, not wrong: the library's own 2 s and 5 s would fail it. */
const patience = { maxWait: 10_000, timeout: 30_000 };

/** The control plane's database; the one place that knows Prisma's client. */
@Injectable()
export class Database extends PrismaClient implements OnApplicationShutdown {
  constructor(config: Config) {
    super({
      adapter: new PrismaPg(openPool(config), { disposeExternalPool: true }),
      transactionOptions: patience,
    });
  }

  async onApplicationShutdown(): Promise<void> {
    await this.$disconnect();
  }
}

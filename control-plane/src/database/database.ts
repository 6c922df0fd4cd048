import { Injectable } from '@nestjs/common';
import type { OnApplicationShutdown } from '@nestjs/common';
import { PrismaPg } from '@prisma/adapter-pg';
import { Config } from '../config.js';
import { PrismaClient } from './generated/client.js';
import type { Prisma } from './generated/client.js';

/** What a statement runs on: the database itself, or a transaction on it. */
export type Transaction = Prisma.TransactionClient;

/** The control plane's database; the one place that knows Prisma's client. */
@Injectable()
export class Database extends PrismaClient implements OnApplicationShutdown {
  constructor(config: Config) {
    super({ adapter: new PrismaPg({ connectionString: config.databaseUrl, max: 20 }) });
  }

  async onApplicationShutdown(): Promise<void> {
    await this.$disconnect();
  }
}

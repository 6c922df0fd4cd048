import { Injectable } from '@nestjs/common';
import type { Transaction } from './database.js';

/** The one clock that all replicas share. Handed in, so that tests can walk through months. */
@Injectable()
export class DatabaseTime {
  async now(tx: Transaction): Promise<Date> {
    const [{ now }] = await tx.$queryRaw<[{ now: Date }]>`select now()`;
    return now;
  }
}

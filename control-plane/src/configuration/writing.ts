import type { Specification } from '@drawbridge/proto';
import type { Transaction } from '../database/database.js';

/** What is to be written into which workspace. */
export interface Writing {
  tx: Transaction;
  workspaceId: string;
  before: Specification;
  after: Specification;
}

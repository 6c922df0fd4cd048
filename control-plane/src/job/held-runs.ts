import { Prisma } from '../database/database.js';

/**
 * Runs that nobody may take because their destination is paused, in the workspaces of some pools. It names nothing of the
 * statement around it, so that Postgres makes one hash of it; while no destination is paused that costs a look at a few.
 */
export const heldRuns = (poolIds: readonly string[]): Prisma.Sql => Prisma.sql`
  select run.id from "Destination" as destination
  join "Sync" as sync on sync."workspaceId" = destination."workspaceId" and sync."destinationId" = destination.id
  join "Run" as run on run."liveSyncId" = sync.id
  where destination."pausedAt" is not null and destination."workspaceId" in (
    select "workspaceId" from "Pool" where id = any(${[...poolIds]}::uuid[]))`;

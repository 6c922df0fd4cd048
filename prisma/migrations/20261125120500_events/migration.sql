-- Written with what happens, read in an order in which nothing can come late.
CREATE TABLE "Event" (
    "id" BIGSERIAL NOT NULL,
    "xid" BIGINT NOT NULL,
    "workspaceId" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "syncId" UUID,
    "runId" UUID,
    "agentId" UUID,
    "poolId" UUID,
    "detail" JSONB NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Event_pkey" PRIMARY KEY ("id")
);
CREATE TABLE "EventCursor" (
    "consumer" TEXT NOT NULL,
    "xid" BIGINT NOT NULL DEFAULT 0,
    "id" BIGINT NOT NULL DEFAULT 0,

    CONSTRAINT "EventCursor_pkey" PRIMARY KEY ("consumer")
);
CREATE INDEX "Event_xid_id_idx" ON "Event"("xid", "id");
CREATE INDEX "Event_createdAt_idx" ON "Event"("createdAt");
ALTER TABLE "Event" ADD CONSTRAINT "Event_workspaceId_fkey" FOREIGN KEY ("workspaceId") REFERENCES "Workspace"("id") ON DELETE CASCADE ON UPDATE CASCADE;
-- Agents that are there now are found to be by the next look at them.
ALTER TABLE "Agent" ADD COLUMN "presence" TEXT NOT NULL DEFAULT 'offline';

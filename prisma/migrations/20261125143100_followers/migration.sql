-- AlterTable
ALTER TABLE "Slot" ADD COLUMN     "upstreamRunId" UUID;

-- AlterTable
ALTER TABLE "Sync" ADD COLUMN     "runsAfter" TEXT;

-- CreateIndex
CREATE INDEX "Slot_following" ON "Slot"("syncId", "at") WHERE ((outcome = 'waiting'::text) AND ("upstreamRunId" IS NOT NULL));

-- CreateIndex
CREATE INDEX "Sync_followers" ON "Sync"("workspaceId", "runsAfter") WHERE ("runsAfter" IS NOT NULL);

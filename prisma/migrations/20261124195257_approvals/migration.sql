-- AlterTable
ALTER TABLE "Run" ADD COLUMN     "heldBy" TEXT[] DEFAULT ARRAY[]::TEXT[],
ADD COLUMN     "planDigest" TEXT,
ADD COLUMN     "remainingMs" BIGINT,
ADD COLUMN     "resentForMapping" BIGINT NOT NULL DEFAULT 0,
ADD COLUMN     "resumed" BIGINT NOT NULL DEFAULT 0,
ADD COLUMN     "rowsPerSecond" BIGINT,
ADD COLUMN     "waitingSince" TIMESTAMPTZ(3);

-- CreateTable
CREATE TABLE "AuditEntry" (
    "id" UUID NOT NULL,
    "workspaceId" UUID NOT NULL,
    "action" TEXT NOT NULL,
    "runId" UUID,
    "planDigest" TEXT,
    "actor" TEXT NOT NULL,
    "actorKind" TEXT NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "AuditEntry_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "AuditEntry_workspaceId_createdAt_idx" ON "AuditEntry"("workspaceId", "createdAt" DESC);

-- CreateIndex
CREATE INDEX "AuditEntry_runId_idx" ON "AuditEntry"("runId");

-- CreateIndex
CREATE INDEX "Job_runId_idx" ON "Job"("runId");

-- AddForeignKey
ALTER TABLE "AuditEntry" ADD CONSTRAINT "AuditEntry_workspaceId_fkey" FOREIGN KEY ("workspaceId") REFERENCES "Workspace"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- CreateTable
CREATE TABLE "Slot" (
    "syncId" UUID NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "workspaceId" UUID NOT NULL,
    "slots" INTEGER NOT NULL DEFAULT 1,
    "outcome" TEXT NOT NULL,
    "reason" TEXT,
    "runId" UUID,
    "scheduledAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Slot_pkey" PRIMARY KEY ("syncId","at")
);

-- CreateIndex
CREATE INDEX "Slot_scheduledAt_idx" ON "Slot"("scheduledAt");

-- AddForeignKey
ALTER TABLE "Slot" ADD CONSTRAINT "Slot_workspaceId_fkey" FOREIGN KEY ("workspaceId") REFERENCES "Workspace"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Slot" ADD CONSTRAINT "Slot_syncId_fkey" FOREIGN KEY ("syncId") REFERENCES "Sync"("id") ON DELETE CASCADE ON UPDATE CASCADE;

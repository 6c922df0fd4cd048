-- AlterTable
ALTER TABLE "Slot" ADD COLUMN     "lateAt" TIMESTAMPTZ(3);

-- AlterTable
ALTER TABLE "Sync" ADD COLUMN     "resumedAt" TIMESTAMPTZ(3);

-- CreateIndex
CREATE INDEX "Slot_unsettled" ON "Slot"("lateAt") WHERE ("lateAt" IS NOT NULL);

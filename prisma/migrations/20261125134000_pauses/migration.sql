-- AlterTable
ALTER TABLE "Destination" ADD COLUMN     "pausedAt" TIMESTAMPTZ(3);

-- AlterTable
ALTER TABLE "Pool" ADD COLUMN     "pausedAt" TIMESTAMPTZ(3);

-- AlterTable
ALTER TABLE "Pool" ADD COLUMN     "pauseReason" TEXT;

-- AlterTable
ALTER TABLE "Destination" ADD COLUMN     "pauseReason" TEXT;

-- AlterTable
ALTER TABLE "Sync" ADD COLUMN     "pauseReason" TEXT;

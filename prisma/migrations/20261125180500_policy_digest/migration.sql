-- AlterTable
ALTER TABLE "Agent" ADD COLUMN     "policyDigest" TEXT;

-- AlterTable
ALTER TABLE "Run" ADD COLUMN     "policyDigest" TEXT;

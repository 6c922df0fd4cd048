-- AlterTable
ALTER TABLE "Channel" ADD COLUMN     "quietUntil" TIMESTAMPTZ(3);

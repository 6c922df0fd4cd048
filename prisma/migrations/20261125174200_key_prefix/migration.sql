-- AlterTable
ALTER TABLE "ApiKey" ADD COLUMN     "prefix" TEXT;

-- AlterTable
ALTER TABLE "TwoFactor" ADD COLUMN     "spentStep" INTEGER;

-- AlterTable
ALTER TABLE "Agent" ADD COLUMN     "nextPublicKey" BYTEA,
ADD COLUMN     "rotatedAt" TIMESTAMPTZ(3),
ADD COLUMN     "rotationRequestedAt" TIMESTAMPTZ(3);

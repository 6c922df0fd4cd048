-- Keys that were made before there were roles go on to do what they did.
ALTER TABLE "ApiKey" ADD COLUMN "role" TEXT NOT NULL DEFAULT 'owner';
ALTER TABLE "ApiKey" ALTER COLUMN "role" DROP DEFAULT;

-- CreateTable
CREATE TABLE "MailedLink" (
    "id" UUID NOT NULL,
    "purpose" TEXT NOT NULL,
    "account" TEXT NOT NULL,
    "hash" BYTEA NOT NULL,
    "expiresAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "MailedLink_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "MailedLink_hash_key" ON "MailedLink"("hash");

-- CreateIndex
CREATE INDEX "MailedLink_purpose_account_idx" ON "MailedLink"("purpose", "account");

-- CreateIndex
CREATE INDEX "MailedLink_expiresAt_idx" ON "MailedLink"("expiresAt");

-- CreateTable
CREATE TABLE "OutgoingMail" (
    "id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "workspaceId" UUID,
    "userId" TEXT,
    "recipient" TEXT,
    "sealed" BYTEA,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "problem" TEXT,
    "nextAttemptAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expiresAt" TIMESTAMPTZ(3) NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "givenUpAt" TIMESTAMPTZ(3),

    CONSTRAINT "OutgoingMail_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "OutgoingMail_due" ON "OutgoingMail"("nextAttemptAt") WHERE ("givenUpAt" IS NULL);

-- CreateIndex
CREATE INDEX "OutgoingMail_workspaceId_idx" ON "OutgoingMail"("workspaceId");

-- CreateIndex
CREATE INDEX "OutgoingMail_userId_idx" ON "OutgoingMail"("userId");

-- CreateIndex
CREATE INDEX "OutgoingMail_createdAt_idx" ON "OutgoingMail"("createdAt");

-- AddForeignKey
ALTER TABLE "OutgoingMail" ADD CONSTRAINT "OutgoingMail_workspaceId_fkey" FOREIGN KEY ("workspaceId") REFERENCES "Workspace"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "OutgoingMail" ADD CONSTRAINT "OutgoingMail_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;

CREATE TABLE "RestRequest" (
    "workspaceId" UUID NOT NULL,
    "key" TEXT NOT NULL,
    "digest" BYTEA NOT NULL,
    "status" INTEGER NOT NULL,
    "runIds" UUID[],
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "RestRequest_pkey" PRIMARY KEY ("workspaceId","key")
);
CREATE INDEX "RestRequest_createdAt_idx" ON "RestRequest"("createdAt");
ALTER TABLE "RestRequest" ADD CONSTRAINT "RestRequest_workspaceId_fkey" FOREIGN KEY ("workspaceId") REFERENCES "Workspace"("id") ON DELETE CASCADE ON UPDATE CASCADE;

CREATE TABLE "AlertRule" (
    "id" UUID NOT NULL,
    "workspaceId" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "spec" JSONB NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "AlertRule_pkey" PRIMARY KEY ("id")
);
CREATE TABLE "Alert" (
    "id" UUID NOT NULL,
    "workspaceId" UUID NOT NULL,
    "rule" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "severity" TEXT NOT NULL,
    "channels" TEXT[],
    "subjectId" UUID NOT NULL,
    "syncId" UUID,
    "agentId" UUID,
    "poolId" UUID,
    "runId" UUID,
    "why" JSONB NOT NULL,
    "times" INTEGER NOT NULL DEFAULT 1,
    "flapping" BOOLEAN NOT NULL DEFAULT false,
    "raisedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "seenAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "quietSince" TIMESTAMPTZ(3),
    "toldAt" TIMESTAMPTZ(3),
    "snoozedUntil" TIMESTAMPTZ(3),
    "resolvedAt" TIMESTAMPTZ(3),
    "resolution" TEXT,

    CONSTRAINT "Alert_pkey" PRIMARY KEY ("id")
);
CREATE TABLE "AlertMute" (
    "workspaceId" UUID NOT NULL,
    "rule" TEXT NOT NULL,
    "subjectId" UUID NOT NULL,
    "mutedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "AlertMute_pkey" PRIMARY KEY ("workspaceId","rule","subjectId")
);
CREATE UNIQUE INDEX "AlertRule_workspaceId_name_key" ON "AlertRule"("workspaceId", "name");
CREATE UNIQUE INDEX "Alert_open" ON "Alert"("workspaceId", "rule", "subjectId") WHERE ("resolvedAt" IS NULL);
CREATE INDEX "Alert_workspaceId_raisedAt_id_idx" ON "Alert"("workspaceId", "raisedAt" DESC, "id" DESC);
CREATE INDEX "Alert_workspaceId_rule_subjectId_raisedAt_idx" ON "Alert"("workspaceId", "rule", "subjectId", "raisedAt");
ALTER TABLE "AlertRule" ADD CONSTRAINT "AlertRule_workspaceId_fkey" FOREIGN KEY ("workspaceId") REFERENCES "Workspace"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "Alert" ADD CONSTRAINT "Alert_workspaceId_fkey" FOREIGN KEY ("workspaceId") REFERENCES "Workspace"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "AlertMute" ADD CONSTRAINT "AlertMute_workspaceId_fkey" FOREIGN KEY ("workspaceId") REFERENCES "Workspace"("id") ON DELETE CASCADE ON UPDATE CASCADE;

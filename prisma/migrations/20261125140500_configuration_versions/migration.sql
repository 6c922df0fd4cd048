-- CreateTable
CREATE TABLE "ConfigurationVersion" (
    "workspaceId" UUID NOT NULL,
    "number" INTEGER NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "actorKind" TEXT NOT NULL,
    "actor" TEXT NOT NULL,
    "door" TEXT NOT NULL,
    "changes" INTEGER NOT NULL,
    "restoredFrom" INTEGER,

    CONSTRAINT "ConfigurationVersion_pkey" PRIMARY KEY ("workspaceId","number")
);

-- CreateTable
CREATE TABLE "ConfigurationEdit" (
    "workspaceId" UUID NOT NULL,
    "number" INTEGER NOT NULL,
    "kind" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "before" JSONB,
    "after" JSONB,

    CONSTRAINT "ConfigurationEdit_pkey" PRIMARY KEY ("workspaceId","number","kind","name")
);

-- AddForeignKey
ALTER TABLE "ConfigurationVersion" ADD CONSTRAINT "ConfigurationVersion_workspaceId_fkey" FOREIGN KEY ("workspaceId") REFERENCES "Workspace"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ConfigurationEdit" ADD CONSTRAINT "ConfigurationEdit_workspaceId_number_fkey" FOREIGN KEY ("workspaceId", "number") REFERENCES "ConfigurationVersion"("workspaceId", "number") ON DELETE CASCADE ON UPDATE CASCADE;

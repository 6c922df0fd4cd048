-- CreateTable
CREATE TABLE "Discovery" (
    "jobId" UUID NOT NULL,
    "found" JSONB NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Discovery_pkey" PRIMARY KEY ("jobId")
);

-- AddForeignKey
ALTER TABLE "Discovery" ADD CONSTRAINT "Discovery_jobId_fkey" FOREIGN KEY ("jobId") REFERENCES "Job"("id") ON DELETE CASCADE ON UPDATE CASCADE;

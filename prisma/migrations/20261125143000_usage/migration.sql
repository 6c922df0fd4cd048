CREATE TABLE "UsageDay" (
    "workspaceId" UUID NOT NULL,
    "syncId" UUID NOT NULL,
    "day" DATE NOT NULL,
    "succeeded" BIGINT NOT NULL DEFAULT 0,
    "completedWithErrors" BIGINT NOT NULL DEFAULT 0,
    "failed" BIGINT NOT NULL DEFAULT 0,
    "cancelled" BIGINT NOT NULL DEFAULT 0,
    "queried" BIGINT NOT NULL DEFAULT 0,
    "unchanged" BIGINT NOT NULL DEFAULT 0,
    "added" BIGINT NOT NULL DEFAULT 0,
    "changed" BIGINT NOT NULL DEFAULT 0,
    "removed" BIGINT NOT NULL DEFAULT 0,
    "invalid" BIGINT NOT NULL DEFAULT 0,
    "sent" BIGINT NOT NULL DEFAULT 0,
    "skipped" BIGINT NOT NULL DEFAULT 0,
    "rejected" BIGINT NOT NULL DEFAULT 0,
    "withheld" BIGINT NOT NULL DEFAULT 0,
    "pending" BIGINT NOT NULL DEFAULT 0,
    "uncertain" BIGINT NOT NULL DEFAULT 0,
    "bucketBytes" BIGINT NOT NULL DEFAULT 0,

    CONSTRAINT "UsageDay_pkey" PRIMARY KEY ("syncId","day")
);
CREATE INDEX "UsageDay_workspaceId_day_idx" ON "UsageDay"("workspaceId", "day");
ALTER TABLE "UsageDay" ADD CONSTRAINT "UsageDay_workspaceId_fkey" FOREIGN KEY ("workspaceId") REFERENCES "Workspace"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "UsageDay" ADD CONSTRAINT "UsageDay_syncId_fkey" FOREIGN KEY ("syncId") REFERENCES "Sync"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- What was run before counts as well.
INSERT INTO "UsageDay" ("workspaceId", "syncId", day, succeeded, "completedWithErrors", failed, cancelled,
  queried, unchanged, added, changed, removed, invalid, sent, skipped, rejected, withheld, pending, uncertain, "bucketBytes")
SELECT "workspaceId", "syncId", ("finishedAt" AT TIME ZONE 'UTC')::date,
  count(*) FILTER (WHERE state = 'succeeded'), count(*) FILTER (WHERE state = 'completed_with_errors'),
  count(*) FILTER (WHERE state = 'failed'), count(*) FILTER (WHERE state = 'cancelled'),
  coalesce(sum((counts ->> 'queried')::bigint) FILTER (WHERE NOT options @> '{"dryRun": true}'), 0),
  coalesce(sum((counts ->> 'unchanged')::bigint) FILTER (WHERE NOT options @> '{"dryRun": true}'), 0),
  coalesce(sum((counts ->> 'added')::bigint) FILTER (WHERE NOT options @> '{"dryRun": true}'), 0),
  coalesce(sum((counts ->> 'changed')::bigint) FILTER (WHERE NOT options @> '{"dryRun": true}'), 0),
  coalesce(sum((counts ->> 'removed')::bigint) FILTER (WHERE NOT options @> '{"dryRun": true}'), 0),
  coalesce(sum((counts ->> 'invalid')::bigint) FILTER (WHERE NOT options @> '{"dryRun": true}'), 0),
  coalesce(sum((counts ->> 'sent')::bigint) FILTER (WHERE NOT options @> '{"dryRun": true}'), 0),
  coalesce(sum((counts ->> 'skipped')::bigint) FILTER (WHERE NOT options @> '{"dryRun": true}'), 0),
  coalesce(sum((counts ->> 'rejected')::bigint) FILTER (WHERE NOT options @> '{"dryRun": true}'), 0),
  coalesce(sum((counts ->> 'withheld')::bigint) FILTER (WHERE NOT options @> '{"dryRun": true}'), 0),
  coalesce(sum((counts ->> 'pending')::bigint) FILTER (WHERE NOT options @> '{"dryRun": true}'), 0),
  coalesce(sum((counts ->> 'uncertain')::bigint) FILTER (WHERE NOT options @> '{"dryRun": true}'), 0),
  coalesce(sum("bucketBytes") FILTER (WHERE NOT options @> '{"dryRun": true}'), 0)
FROM "Run" WHERE "finishedAt" IS NOT NULL GROUP BY 1, 2, 3;

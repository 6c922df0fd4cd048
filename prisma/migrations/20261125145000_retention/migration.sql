ALTER TABLE "Workspace" ADD COLUMN "auditRetentionDays" INTEGER NOT NULL DEFAULT 2557;
ALTER TABLE "Workspace" ADD CONSTRAINT "Workspace_retention" CHECK ("retentionDays" BETWEEN 1 AND 3660),
  ADD CONSTRAINT "Workspace_audit_retention" CHECK ("auditRetentionDays" BETWEEN 366 AND 36600 AND "auditRetentionDays" >= "retentionDays"),
  ADD CONSTRAINT "Workspace_max_leased_runs" CHECK ("maxLeasedRuns" BETWEEN 1 AND 100000);

-- The only way to remove an entry: the oldest ones of a workspace, up to the first that it still keeps, "most" of them at
-- once. Runs with the rights of the owner and looks itself at how long that is: whoever calls it decides nothing.
CREATE FUNCTION audit_forget(workspace UUID, most INTEGER, OUT first BIGINT, OUT last BIGINT)
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
  kept_from TIMESTAMPTZ;
BEGIN
  -- The head's lock, as for a new entry: two who remove at once take turns.
  PERFORM FROM "AuditHead" WHERE "workspaceId" = workspace FOR UPDATE;
  SELECT date_trunc('day', now(), 'UTC') - make_interval(days => "auditRetentionDays") INTO STRICT kept_from
    FROM "Workspace" WHERE id = workspace;
  SELECT min(old.sequence), max(old.sequence) INTO first, last FROM (
    SELECT entry.sequence, bool_and(entry."createdAt" < kept_from) OVER (ORDER BY entry.sequence) AS is_old
    FROM (SELECT sequence, "createdAt" FROM "AuditEntry" WHERE "workspaceId" = workspace ORDER BY sequence LIMIT most) AS entry
  ) AS old WHERE old.is_old;
  PERFORM set_config('drawbridge.audit_retention', 'on', true);
  DELETE FROM "AuditEntry" WHERE "workspaceId" = workspace AND sequence BETWEEN first AND last;
  PERFORM set_config('drawbridge.audit_retention', '', true);
END $$;

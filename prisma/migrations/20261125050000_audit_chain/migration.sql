-- The chain of audit entries. What was there before is moved over in order, and nothing is lost.
ALTER TABLE "AuditEntry" RENAME TO "AuditEntryOld";
ALTER TABLE "AuditEntryOld" RENAME CONSTRAINT "AuditEntry_pkey" TO "AuditEntryOld_pkey";

CREATE TABLE "AuditEntry" (
    "id" UUID NOT NULL,
    "workspaceId" UUID NOT NULL,
    "sequence" BIGINT NOT NULL,
    "actorKind" TEXT NOT NULL,
    "actorId" TEXT,
    "actor" TEXT NOT NULL,
    "action" TEXT NOT NULL,
    "subjectKind" TEXT NOT NULL,
    "subjectId" TEXT,
    "subjectName" TEXT,
    "before" TEXT,
    "after" TEXT,
    "address" TEXT,
    "userAgent" TEXT,
    "createdAt" TIMESTAMPTZ(3) NOT NULL,
    "previous" BYTEA NOT NULL,
    "hash" BYTEA NOT NULL,

    CONSTRAINT "AuditEntry_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "AuditHead" (
    "workspaceId" UUID NOT NULL,
    "sequence" BIGINT NOT NULL,
    "hash" BYTEA NOT NULL,

    CONSTRAINT "AuditHead_pkey" PRIMARY KEY ("workspaceId")
);

CREATE UNIQUE INDEX "AuditEntry_workspaceId_sequence_key" ON "AuditEntry"("workspaceId", "sequence");
CREATE INDEX "AuditEntry_workspaceId_subjectKind_subjectId_idx" ON "AuditEntry"("workspaceId", "subjectKind", "subjectId");
ALTER TABLE "AuditEntry" DROP CONSTRAINT IF EXISTS "AuditEntry_workspaceId_fkey";
ALTER TABLE "AuditEntryOld" DROP CONSTRAINT "AuditEntry_workspaceId_fkey";
ALTER TABLE "AuditEntry" ADD CONSTRAINT "AuditEntry_workspaceId_fkey" FOREIGN KEY ("workspaceId") REFERENCES "Workspace"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "AuditHead" ADD CONSTRAINT "AuditHead_workspaceId_fkey" FOREIGN KEY ("workspaceId") REFERENCES "Workspace"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- A field as it is hashed: its length in bytes, a colon, its text, or a dash where there is none. So no two entries have the
-- same bytes. src/audit/chain.ts does the same.
CREATE FUNCTION audit_field(value TEXT) RETURNS BYTEA LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE WHEN value IS NULL THEN convert_to('-', 'UTF8')
    ELSE convert_to(octet_length(convert_to(value, 'UTF8')) || ':' || value, 'UTF8') END
$$;

-- Runs with the rights of the owner: who may only insert can still not touch the head.
CREATE FUNCTION audit_seal() RETURNS TRIGGER LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
  last RECORD;
BEGIN
  INSERT INTO "AuditHead" VALUES (NEW."workspaceId", 0, decode(repeat('00', 32), 'hex')) ON CONFLICT DO NOTHING;
  SELECT * INTO STRICT last FROM "AuditHead" WHERE "workspaceId" = NEW."workspaceId" FOR UPDATE;
  NEW."sequence" := last."sequence" + 1;
  NEW."previous" := last."hash";
  NEW."hash" := sha256(NEW."previous" || audit_field('drawbridge-audit-v1') || audit_field(NEW."workspaceId"::text)
    || audit_field(NEW."sequence"::text) || audit_field(NEW."id"::text)
    || audit_field(to_char(NEW."createdAt" AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))
    || audit_field(NEW."actorKind") || audit_field(NEW."actorId") || audit_field(NEW."actor")
    || audit_field(NEW."action") || audit_field(NEW."subjectKind") || audit_field(NEW."subjectId")
    || audit_field(NEW."subjectName") || audit_field(NEW."before") || audit_field(NEW."after")
    || audit_field(NEW."address") || audit_field(NEW."userAgent"));
  UPDATE "AuditHead" SET "sequence" = NEW."sequence", "hash" = NEW."hash" WHERE "workspaceId" = NEW."workspaceId";
  RETURN NEW;
END $$;

CREATE TRIGGER audit_seal BEFORE INSERT ON "AuditEntry" FOR EACH ROW EXECUTE FUNCTION audit_seal();

INSERT INTO "AuditEntry" ("id", "workspaceId", "actorKind", "actor", "action", "subjectKind", "subjectId", "subjectName", "after", "createdAt")
SELECT old."id", old."workspaceId", CASE old."actorKind" WHEN 'session' THEN 'user' ELSE old."actorKind" END, old."actor", old."action",
  'run', old."runId"::text, sync."name",
  CASE WHEN old."planDigest" IS NOT NULL THEN '{"planDigest":' || to_json(old."planDigest")::text || '}' END, old."createdAt"
FROM "AuditEntryOld" AS old
LEFT JOIN "Run" AS run ON run."id" = old."runId"
LEFT JOIN "Sync" AS sync ON sync."id" = run."syncId"
ORDER BY old."workspaceId", old."createdAt", old."id";
DROP TABLE "AuditEntryOld";

-- From now on nobody says when it was but the database. Triggers go by their names: this one comes first.
CREATE FUNCTION audit_now() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
  NEW."createdAt" := date_trunc('milliseconds', clock_timestamp());
  RETURN NEW;
END $$;
CREATE TRIGGER audit_now BEFORE INSERT ON "AuditEntry" FOR EACH ROW EXECUTE FUNCTION audit_now();

-- Whoever asks, but the owner of the table who says that it is for retention: set local drawbridge.audit_retention = 'on'.
CREATE FUNCTION audit_refuse() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' AND current_setting('drawbridge.audit_retention', true) = 'on'
    AND current_user = (SELECT pg_get_userbyid(relowner) FROM pg_class WHERE oid = TG_RELID) THEN
    RETURN OLD;
  END IF;
  RAISE EXCEPTION 'audit entries are never changed' USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER audit_refuse_row BEFORE UPDATE OR DELETE ON "AuditEntry" FOR EACH ROW EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_refuse_all BEFORE TRUNCATE ON "AuditEntry" FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();

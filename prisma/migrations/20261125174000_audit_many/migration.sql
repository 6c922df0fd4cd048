-- Many entries in one statement. The head was written anew for each entry, and each time all of its earlier versions in
-- the transaction were looked at: what took the square of the number of entries takes as long as they are many.

-- The entries of a statement that is under way stand after the head, which moves at its end.
CREATE OR REPLACE FUNCTION audit_seal() RETURNS TRIGGER LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
  last RECORD;
  newer RECORD;
BEGIN
  INSERT INTO "AuditHead" VALUES (NEW."workspaceId", 0, decode(repeat('00', 32), 'hex')) ON CONFLICT DO NOTHING;
  SELECT "sequence", "hash" INTO STRICT last FROM "AuditHead" WHERE "workspaceId" = NEW."workspaceId" FOR UPDATE;
  SELECT "sequence", "hash" INTO newer FROM "AuditEntry"
    WHERE "workspaceId" = NEW."workspaceId" AND "sequence" > last."sequence" ORDER BY "sequence" DESC LIMIT 1;
  IF FOUND THEN last := newer; END IF;
  NEW."sequence" := last."sequence" + 1;
  NEW."previous" := last."hash";
  NEW."hash" := sha256(NEW."previous" || audit_field('drawbridge-audit-v1') || audit_field(NEW."workspaceId"::text)
    || audit_field(NEW."sequence"::text) || audit_field(NEW."id"::text)
    || audit_field(to_char(NEW."createdAt" AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))
    || audit_field(NEW."actorKind") || audit_field(NEW."actorId") || audit_field(NEW."actor")
    || audit_field(NEW."action") || audit_field(NEW."subjectKind") || audit_field(NEW."subjectId")
    || audit_field(NEW."subjectName") || audit_field(NEW."before") || audit_field(NEW."after")
    || audit_field(NEW."address") || audit_field(NEW."userAgent"));
  RETURN NEW;
END $$;

CREATE FUNCTION audit_move_head() RETURNS TRIGGER LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
  UPDATE "AuditHead" AS head SET "sequence" = last."sequence", "hash" = last."hash"
  FROM (SELECT DISTINCT ON ("workspaceId") "workspaceId", "sequence", "hash" FROM sealed
    ORDER BY "workspaceId", "sequence" DESC) AS last
  WHERE head."workspaceId" = last."workspaceId" AND head."sequence" < last."sequence";
  RETURN NULL;
END $$;

CREATE TRIGGER audit_move_head AFTER INSERT ON "AuditEntry" REFERENCING NEW TABLE AS sealed
  FOR EACH STATEMENT EXECUTE FUNCTION audit_move_head();

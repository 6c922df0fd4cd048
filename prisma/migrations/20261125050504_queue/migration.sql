-- DropIndex
DROP INDEX "Job_agentId_state_idx";

-- DropIndex
DROP INDEX "Job_poolId_state_runAfter_id_idx";

-- DropIndex
DROP INDEX "Job_state_leaseUntil_idx";

-- AlterTable
ALTER TABLE "Job" ADD COLUMN     "leasedAt" TIMESTAMPTZ(3),
ADD COLUMN     "turnAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP;

-- AlterTable
ALTER TABLE "Run" ADD COLUMN     "lapses" JSONB;

-- AlterTable
ALTER TABLE "Workspace" ADD COLUMN     "maxLeasedRuns" INTEGER,
ADD COLUMN     "retentionDays" INTEGER NOT NULL DEFAULT 400;

-- CreateIndex
CREATE INDEX "Job_ready" ON "Job"("poolId", "turnAt", "id") WHERE (state = 'queued'::text);

-- CreateIndex
CREATE INDEX "Job_leases" ON "Job"("leaseUntil") WHERE (state = 'leased'::text);

-- CreateIndex
CREATE INDEX "Job_held" ON "Job"("agentId") WHERE (state = 'leased'::text);

-- CreateIndex
CREATE INDEX "Job_leased_runs" ON "Job"("workspaceId") WHERE ((state = 'leased'::text) AND ("runId" IS NOT NULL));

-- CreateIndex
CREATE INDEX "Job_done" ON "Job"("finishedAt") WHERE (state = ANY (ARRAY['finished'::text, 'parked'::text]));

-- CreateIndex
CREATE INDEX "Run_over" ON "Run"("workspaceId", "finishedAt") WHERE ("finishedAt" IS NOT NULL);

-- The moves that a run may make, as control-plane/src/run/run-state.ts has them: a statement that makes another one fails.
-- Migrations are taken apart at each semicolon, so those of the function are written as \x3B.
CREATE FUNCTION "refuse_run_move"() RETURNS trigger LANGUAGE plpgsql AS
E'BEGIN RAISE EXCEPTION \'A run can not go from % to %.\', OLD.state, NEW.state USING ERRCODE = \'check_violation\'\x3B END';

CREATE TRIGGER "Run_moves" BEFORE UPDATE OF state ON "Run" FOR EACH ROW
WHEN (OLD.state <> NEW.state AND (OLD.state || ' ' || NEW.state) NOT IN (
  'queued leased', 'queued failed', 'queued cancelled',
  'leased queued', 'leased running', 'leased waiting_approval', 'leased parked', 'leased succeeded',
  'leased completed_with_errors', 'leased failed', 'leased cancelled',
  'running queued', 'running waiting_approval', 'running parked', 'running succeeded',
  'running completed_with_errors', 'running failed', 'running cancelled',
  'waiting_approval queued', 'waiting_approval cancelled',
  'parked queued', 'parked cancelled'
)) EXECUTE FUNCTION "refuse_run_move"();

-- What is done leaves the queue.
DELETE FROM "Job" WHERE state = 'parked' OR (state = 'finished' AND NOT EXISTS (
  SELECT FROM "Run" WHERE "Run".id = "Job"."runId" AND "Run"."liveSyncId" IS NOT NULL));

-- Room on each page for new versions of its rows, and dead ones away soon: the queue is rewritten all the time.
ALTER TABLE "Job" SET (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 200,
  autovacuum_analyze_scale_factor = 0.05, autovacuum_vacuum_cost_delay = 0);
ALTER TABLE "Run" SET (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_insert_scale_factor = 0.05);
ALTER TABLE "Agent" SET (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05);

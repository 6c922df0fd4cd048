import { readFileSync } from 'node:fs';
import { describe, expect, it, test } from 'vitest';
import { migrationNames, readMigrations } from './migration-files.js';
import { breakingStatements, type Breaking } from './testing/breaking-statements.js';

/** Applied before there was a first release: no replica of a released version ever met them. */
const beforeTheFirstRelease: readonly string[] = [
  '20261125050000_audit_chain',
  '20261125050504_queue',
  '20261125062200_key_roles',
  '20261125145000_retention',
  '20261125145500_channels',
  // Its trigger refuses nothing.
  '20261125174000_audit_many',
];

const changelog = readFileSync(new URL('../../../CHANGELOG.md', import.meta.url), 'utf8');
const isReleased = (version: string): boolean =>
  changelog.includes(`\n## ${version} `) || changelog.includes(`\n## [${version}]`);

async function committed(): Promise<Breaking[]> {
  const { migrationDirectories } = await readMigrations();
  const read = migrationDirectories.map(({ path, migrationFile: { content } }) => {
    if (content.tag !== 'ok') throw new Error(`${path} can not be read.`);
    return { name: path, sql: content.value };
  });
  return breakingStatements(read);
}

test('no migration breaks replicas of the version before', async () => {
  const broken = (await committed()).filter(
    ({ migration, goneSince }) =>
      !beforeTheFirstRelease.includes(migration) && !(goneSince && isReleased(goneSince)),
  );
  expect(
    broken,
    'Old replicas go on with the new schema while it is upgraded, and after a way back. Add what is new beside the old, fill it, and remove the old one release later, under "-- gone since <that release>: why". See CONTRIBUTING.md, Migrations.',
  ).toEqual([]);
});

test('each exception is one', async () => {
  const breaking = new Set((await committed()).map(({ migration }) => migration));
  expect(beforeTheFirstRelease.filter((name) => !breaking.has(name))).toEqual([]);
  const names = await migrationNames();
  expect(beforeTheFirstRelease.filter((name) => !names.includes(name))).toEqual([]);
});

describe('what breaks an old replica', () => {
  const whatOf = (sql: string): string[] =>
    breakingStatements([
      {
        name: '1',
        sql: 'CREATE TABLE "Run" (id uuid); CREATE UNIQUE INDEX "Run_key" ON "Run"(id);',
      },
      { name: '2', sql },
    ]).map(({ what }) => what);

  it.each([
    'DROP TABLE "Run"',
    'ALTER TABLE "Run" RENAME TO "Job"',
    'ALTER TABLE "Run" RENAME COLUMN state TO phase',
    'ALTER TABLE "Run" DROP COLUMN "state"',
    'ALTER TABLE "Run" DROP "state"',
    'ALTER TABLE "Run" ADD COLUMN a TEXT, ADD COLUMN "b" TEXT NOT NULL, ADD COLUMN c INT DEFAULT 1',
    'ALTER TABLE "Run" ALTER COLUMN state SET NOT NULL',
    'ALTER TABLE "Run" ALTER COLUMN state TYPE int USING 1',
    'ALTER TABLE "Run" ALTER COLUMN state SET DATA TYPE int',
    'ALTER TABLE "Run" ALTER COLUMN "state" DROP DEFAULT',
    'ALTER TABLE "Run" ADD CONSTRAINT "x" CHECK (id is not null)',
    'ALTER TABLE "Run" ADD CONSTRAINT "x" FOREIGN KEY (id) REFERENCES "Job"(id)',
    'CREATE UNIQUE INDEX "x" ON "Run"(state)',
    `ALTER TABLE "Run" ADD COLUMN "a" TEXT DEFAULT 'x'; CREATE UNIQUE INDEX "x" ON "Run"("a")`,
    'CREATE TRIGGER x BEFORE UPDATE ON "Run" FOR EACH ROW EXECUTE FUNCTION y()',
    'DROP INDEX "Run_key"',
    'DROP FUNCTION audit_seal()',
    'REVOKE SELECT ON "Run" FROM somebody',
  ])('%s', (sql) => {
    expect(whatOf(sql)).toHaveLength(1);
  });

  it.each([
    'CREATE TABLE "Job" (id uuid NOT NULL); ALTER TABLE "Job" ADD CONSTRAINT "x" CHECK (id is not null)',
    'CREATE TABLE "Job" (id uuid NOT NULL); CREATE UNIQUE INDEX "x" ON "Job"(id)',
    `ALTER TABLE "Run" ADD COLUMN "a" TEXT NOT NULL DEFAULT 'x', ADD COLUMN b TEXT`,
    'ALTER TABLE "Run" ALTER COLUMN state DROP NOT NULL',
    'ALTER TABLE "Run" ADD COLUMN "jobId" UUID; ALTER TABLE "Run" ADD CONSTRAINT "x" FOREIGN KEY ("jobId") REFERENCES "Job"(id)',
    'ALTER TABLE "Run" ADD COLUMN "a" TEXT; CREATE UNIQUE INDEX "x" ON "Run"("workspaceId", "a")',
    'ALTER TABLE "Run" DROP CONSTRAINT "Run_agentId_fkey"',
    'ALTER TABLE "Run" RENAME CONSTRAINT "a" TO "b"',
    'CREATE INDEX "x" ON "Run"(state)',
    'DROP INDEX "Run_state_idx"',
    'DELETE FROM "Run" WHERE false',
  ])('not: %s', (sql) => {
    expect(whatOf(sql)).toEqual([]);
  });

  it('hears since when nobody needs it', () => {
    const sql =
      '-- gone since 0.2.0: nothing reads it; as was said.\nALTER TABLE "Run" DROP COLUMN state;';
    expect(breakingStatements([{ name: '1', sql }])).toMatchObject([{ goneSince: '0.2.0' }]);
    expect(isReleased('0.2.0')).toBe(false);
  });
});

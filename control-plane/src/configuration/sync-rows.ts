import { inParts } from '../in-parts.js';
import type { Transaction } from '../database/database.js';
import type { PlannedSync } from './plan-sync.js';

/** Rows that go into one statement, as one value: a client that plans each column of each row takes longer than Postgres. */
const atOnce = 500;

/** A sync that is planned, under its name. */
export type NamedPlan = PlannedSync & { name: string };

export async function insertSyncs(
  tx: Transaction,
  plans: readonly NamedPlan[],
  { workspaceId, now }: { workspaceId: string; now: Date },
): Promise<void> {
  for await (const part of inParts(plans, atOnce)) {
    const rows = part.map(({ id, name, row }) => ({ ...row, id, name }));
    await tx.$executeRaw`
      insert into "Sync" (id, "workspaceId", name, "modelId", "destinationId", spec, version, "nextRunAt", "runsAfter",
        "createdAt")
      select said.id, ${workspaceId}::uuid, said.name, said."modelId", said."destinationId", said.spec, said.version,
        said."nextRunAt", said."runsAfter", ${now}
      from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as said (
        id uuid, name text, "modelId" uuid, "destinationId" uuid, spec jsonb, version int, "nextRunAt" timestamptz,
        "runsAfter" text)`;
  }
}

export async function updateSyncs(tx: Transaction, plans: readonly NamedPlan[]): Promise<void> {
  for await (const part of inParts(plans, atOnce)) {
    const rows = part.map(({ id, row }) => ({ ...row, id }));
    await tx.$executeRaw`
      update "Sync" as sync set "modelId" = said."modelId", "destinationId" = said."destinationId", spec = said.spec,
        version = said.version, "nextRunAt" = said."nextRunAt", "runsAfter" = said."runsAfter", "removedAt" = null
      from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as said (
        id uuid, "modelId" uuid, "destinationId" uuid, spec jsonb, version int, "nextRunAt" timestamptz,
        "runsAfter" text)
      where sync.id = said.id`;
  }
}

/** Of those that have a new one. */
export async function insertVersions(tx: Transaction, plans: readonly NamedPlan[]): Promise<void> {
  for await (const part of inParts(plans, atOnce)) {
    const rows = part.flatMap(({ version }) =>
      version
        ? [{ ...version, canonical: hex(version.canonical), digest: hex(version.digest) }]
        : [],
    );
    await tx.$executeRaw`
      insert into "SyncVersion" ("syncId", version, spec, canonical, digest)
      select said."syncId", said.version, said.spec, decode(said.canonical, 'hex'), decode(said.digest, 'hex')
      from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as said (
        "syncId" uuid, version int, spec jsonb, canonical text, digest text)`;
  }
}

const hex = (bytes: Buffer): string => bytes.toString('hex');

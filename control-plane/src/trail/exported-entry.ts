import type { ExportedEntry } from '@drawbridge/proto';

interface EntryRow {
  id: string;
  workspaceId: string;
  sequence: bigint;
  actorKind: string;
  actorId: string | null;
  actor: string;
  action: string;
  subjectKind: string;
  subjectId: string | null;
  subjectName: string | null;
  before: string | null;
  after: string | null;
  address: string | null;
  userAgent: string | null;
  createdAt: Date;
  previous: Uint8Array;
  hash: Uint8Array;
}

/** An entry as a line of the export, from which its hash can be recomputed. */
export const exportedEntryOf = (row: EntryRow): ExportedEntry => ({
  workspaceId: row.workspaceId,
  sequence: Number(row.sequence),
  id: row.id,
  createdAt: row.createdAt.toISOString(),
  actor: { kind: row.actorKind, id: row.actorId, name: row.actor },
  action: row.action,
  subject: { kind: row.subjectKind, id: row.subjectId, name: row.subjectName },
  before: row.before === null ? null : JSON.parse(row.before),
  after: row.after === null ? null : JSON.parse(row.after),
  address: row.address,
  userAgent: row.userAgent,
  previous: Buffer.from(row.previous).toString('hex'),
  hash: Buffer.from(row.hash).toString('hex'),
});

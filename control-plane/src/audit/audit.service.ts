import { randomUUID } from 'node:crypto';
import { canonicalJson } from '@drawbridge/proto';
import type { Transaction } from '../database/database.js';
import type { NewEvent } from '../event/event.js';
import { EventService } from '../event/event.service.js';

/** Who does something; a caller of the API is one. */
export interface Actor {
  workspaceId: string;
  by: 'session' | 'key' | 'agent' | 'system';
  name: string;
  /** Of the person, the API key or the agent. */
  actorId?: string | undefined;
  address?: string | undefined;
  userAgent?: string | undefined;
}

/**
 * What was done, and to what. `before` and `after` hold configuration, enums, times and references to secrets; never a
 * secret, a token or a row.
 */
export interface Deed {
  /** `room.verb`, as the permission that it took. */
  action: string;
  subject: { kind: string; id?: string | null; name?: string | null };
  before?: object;
  after?: object;
}

const maxUserAgent = 200;

/** For what the control plane does by itself. */
export const systemOf = (workspaceId: string, name: string): Actor => ({
  workspaceId,
  by: 'system',
  name,
});

/** Deeds that go into one statement: more of them would only make its text long. */
const atOnce = 500;

/** It has no state, so nobody needs it injected. */
export const AuditService = { record, recordAll };

/**
 * Belongs into the transaction that does it, near its end: neither is there without the other, and until that ends
 * nobody else of the workspace writes an entry. The database numbers, times and chains it.
 */
async function record(tx: Transaction, actor: Actor, deed: Deed): Promise<void> {
  await recordAll(tx, actor, [deed]);
}

/** Of one transaction, in order: an entry each, in a few statements. */
async function recordAll(tx: Transaction, actor: Actor, deeds: readonly Deed[]): Promise<void> {
  for (let at = 0; at < deeds.length; at += atOnce) {
    const events = await insertEntries(tx, actor, deeds.slice(at, at + atOnce));
    await EventService.emit(tx, events);
  }
}

async function insertEntries(
  tx: Transaction,
  actor: Actor,
  deeds: readonly Deed[],
): Promise<NewEvent[]> {
  const { workspaceId, by, actorId = null, name, address = null, userAgent } = actor;
  const kind = by === 'session' ? 'user' : by;
  const rows = deeds.map((deed, place) => rowOf(deed, place));
  const entries = await tx.$queryRaw<{ id: string; sequence: bigint }[]>`
    insert into "AuditEntry" (id, "workspaceId", "actorKind", "actorId", actor, action, "subjectKind", "subjectId",
      "subjectName", before, after, address, "userAgent")
    select said.id, ${workspaceId}::uuid, ${kind}, ${actorId}, ${name}, said.action, said."subjectKind",
      said."subjectId", said."subjectName", said.before, said.after, ${address},
      ${userAgent?.slice(0, maxUserAgent) ?? null}
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as said (
      id uuid, place int, action text, "subjectKind" text, "subjectId" text, "subjectName" text, before text, after text)
    order by said.place
    returning id, sequence`;
  const sequences = new Map(entries.map(({ id, sequence }) => [id, sequence]));
  return rows.map(({ id, action, subjectKind, subjectId }) => ({
    kind: 'audit.recorded',
    workspaceId,
    detail: { sequence: Number(sequences.get(id)), action, subjectKind, subjectId },
  }));
}

function rowOf({ action, subject, before, after }: Deed, place: number) {
  const text = (value: object | undefined): string | null => (value ? canonicalJson(value) : null);
  return {
    id: randomUUID(),
    place,
    action,
    subjectKind: subject.kind,
    subjectId: subject.id ?? null,
    // As text that is bound by itself becomes; in JSON, Postgres takes no half of a pair.
    subjectName: subject.name?.toWellFormed() ?? null,
    before: text(before),
    after: text(after),
  };
}

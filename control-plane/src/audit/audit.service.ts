import { randomUUID } from 'node:crypto';
import type { Transaction } from '../database/database.js';
import { EventService } from '../event/event.service.js';
import { canonicalJson } from '@drawbridge/proto';

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

/** It has no state, so nobody needs it injected. */
export const AuditService = { record };

/**
 * Belongs into the transaction that does it, near its end: neither is there without the other, and until that ends
 * nobody else of the workspace writes an entry. The database numbers, times and chains it.
 */
async function record(tx: Transaction, actor: Actor, deed: Deed): Promise<void> {
  const { action, subject, before, after } = deed;
  const kind = actor.by === 'session' ? 'user' : actor.by;
  const text = (value: object | undefined): string | null => (value ? canonicalJson(value) : null);
  const [entry] = await tx.$queryRaw<{ sequence: bigint }[]>`
    insert into "AuditEntry" (id, "workspaceId", "actorKind", "actorId", actor, action, "subjectKind", "subjectId",
      "subjectName", before, after, address, "userAgent")
    values (${randomUUID()}::uuid, ${actor.workspaceId}::uuid, ${kind}, ${actor.actorId ?? null}, ${actor.name},
      ${action}, ${subject.kind}, ${subject.id ?? null}, ${subject.name ?? null}, ${text(before)}, ${text(after)},
      ${actor.address ?? null}, ${actor.userAgent?.slice(0, maxUserAgent) ?? null})
    returning sequence`;
  const { workspaceId } = actor;
  const detail = {
    sequence: Number(entry?.sequence),
    action,
    subjectKind: subject.kind,
    subjectId: subject.id ?? null,
  };
  await EventService.emit(tx, [{ kind: 'audit.recorded', workspaceId, detail }]);
}

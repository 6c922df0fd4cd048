import { createHash } from 'node:crypto';
import { canonicalJson } from './canonical-json.js';

/** An entry as it is exported: a line of NDJSON. Times are ISO 8601 in UTC, hashes hex. */
export interface ExportedEntry {
  workspaceId: string;
  sequence: number;
  id: string;
  createdAt: string;
  actor: { kind: string; id: string | null; name: string };
  action: string;
  subject: { kind: string; id: string | null; name: string | null };
  before: unknown;
  after: unknown;
  address: string | null;
  userAgent: string | null;
  previous: string;
  hash: string;
}

/** The hash that an entry must have after the one that it names: the same bytes as the database's trigger audit_seal. */
export function auditHashOf(entry: ExportedEntry): string {
  const { actor, subject } = entry;
  const fields = [
    'drawbridge-audit-v1',
    entry.workspaceId,
    String(entry.sequence),
    entry.id,
    entry.createdAt,
    actor.kind,
    actor.id,
    actor.name,
    entry.action,
    subject.kind,
    subject.id,
    subject.name,
    jsonText(entry.before),
    jsonText(entry.after),
    entry.address,
    entry.userAgent,
  ];
  const hash = createHash('sha256').update(Buffer.from(entry.previous, 'hex'));
  for (const field of fields) hash.update(framed(field));
  return hash.digest('hex');
}

const jsonText = (value: unknown): string | null => (value === null ? null : canonicalJson(value));

const framed = (field: string | null): string =>
  field === null ? '-' : `${Buffer.byteLength(field)}:${field}`;

/** What is wrong with a run of entries, or where it ends. */
export type ChainVerdict =
  | { kind: 'whole'; entries: number; first: number; last: number; head: string }
  | { kind: 'empty' }
  | { kind: 'broken'; sequence: number; why: 'changed' | 'missing' | 'not_linked' };

/**
 * Recomputes the chain of one workspace, in the order of its sequence, from any entry on: the first one's `previous` is
 * taken as it is. `changed`: its bytes do not give its hash; `missing`: the sequence has a gap before it; `not_linked`: it
 * does not follow the entry before.
 */
export async function verifyChain(
  entries: AsyncIterable<ExportedEntry> | Iterable<ExportedEntry>,
): Promise<ChainVerdict> {
  let first: ExportedEntry | undefined;
  let last: ExportedEntry | undefined;
  for await (const entry of entries) {
    const why = breachOf(entry, last);
    if (why) return { kind: 'broken', sequence: entry.sequence, why };
    first ??= entry;
    last = entry;
  }
  if (!first || !last) return { kind: 'empty' };
  const count = last.sequence - first.sequence + 1;
  return {
    kind: 'whole',
    entries: count,
    first: first.sequence,
    last: last.sequence,
    head: last.hash,
  };
}

function breachOf(entry: ExportedEntry, last: ExportedEntry | undefined) {
  if (last && entry.sequence !== last.sequence + 1) return 'missing' as const;
  if (last && entry.previous !== last.hash) return 'not_linked' as const;
  return auditHashOf(entry) === entry.hash ? undefined : ('changed' as const);
}

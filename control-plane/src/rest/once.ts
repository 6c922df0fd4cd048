import { createHash } from 'node:crypto';
import { AppError } from '../app-error.js';
import type { Transaction } from '../database/database.js';

/** A request that its client named, so that asking again does nothing again. */
export interface NamedRequest {
  workspaceId: string;
  key: string;
  /** What is asked, as canonical text. */
  text: string;
}

/** What came of it. */
export interface Outcome {
  /** The HTTP status that it is answered with. */
  status: number;
  runIds: string[];
}

/**
 * Does it and keeps what came of it for a day, in one transaction: whoever asks with the same key meanwhile waits for its
 * end, and then hears the same. What is refused is not kept, so that it can be tried again. Throws AppError
 * `rest.key_reused`.
 */
export async function once<Done extends Outcome>(
  tx: Transaction,
  request: NamedRequest,
  doIt: () => Promise<Done>,
): Promise<Done | Outcome> {
  const digest = createHash('sha256').update(request.text).digest();
  if (!(await takeKey(tx, request, digest))) return keptOutcome(tx, request, digest);
  const done = await doIt();
  const { workspaceId, key } = request;
  await tx.$executeRaw`
    update "RestRequest" set status = ${done.status}, "runIds" = ${done.runIds}::uuid[]
    where "workspaceId" = ${workspaceId}::uuid and key = ${key}`;
  return done;
}

/** False when it was taken within a day. One that is older is as good as new. */
async function takeKey(
  tx: Transaction,
  { workspaceId, key }: NamedRequest,
  digest: Uint8Array,
): Promise<boolean> {
  const taken = await tx.$executeRaw`
    insert into "RestRequest" as kept ("workspaceId", key, digest, status, "runIds")
    values (${workspaceId}::uuid, ${key}, ${digest}, 0, '{}')
    on conflict ("workspaceId", key) do update
    set digest = excluded.digest, status = 0, "runIds" = '{}', "createdAt" = now()
    where kept."createdAt" < now() - interval '24 hours'`;
  return taken > 0;
}

async function keptOutcome(
  tx: Transaction,
  { workspaceId, key }: NamedRequest,
  digest: Buffer,
): Promise<Outcome> {
  const [kept] = await tx.$queryRaw<(Outcome & { digest: Uint8Array })[]>`
    select digest, status, "runIds" from "RestRequest"
    where "workspaceId" = ${workspaceId}::uuid and key = ${key}`;
  if (kept && digest.equals(kept.digest)) return { status: kept.status, runIds: kept.runIds };
  throw new AppError(
    'rest.key_reused',
    'This Idempotency-Key came with another request within a day.',
  );
}

import { Injectable } from '@nestjs/common';
import { AppError } from '../app-error.js';
import { AuditService } from '../audit/audit.service.js';
import type { Caller } from '../auth/caller.js';
import { hashOfToken, makeToken } from '../account/token.js';
import { Database, type Transaction } from '../database/database.js';
import { Notices } from '../database/notices.js';
import type { CreateEnrollmentTokenPayload } from './pool.model.js';

export interface EnrolledAgent {
  kind: 'enrolled';
  agentId: string;
  workspaceId: string;
  pool: string;
}

/** Why a token enrols nobody. */
export interface Refusal {
  kind: 'refused';
  why: 'bad_token' | 'token_expired' | 'token_spent';
}

/** How long a token waits to be spent. */
const tokenHours = 1;
/** As a configuration may name it. */
const poolName = /^[^\s\p{C}]([^\p{C}]{0,98}[^\s\p{C}])?$/u;

/** A token is made → spent by the first agent that shows it, or expired. */
@Injectable()
export class EnrollmentService {
  constructor(
    private readonly database: Database,
    private readonly notices: Notices,
  ) {}

  /** A pool begins with its first token. */
  async createToken(caller: Caller, pool: string): Promise<CreateEnrollmentTokenPayload> {
    if (!poolName.test(pool))
      throw new AppError(
        'agent.bad_pool_name',
        'A pool has a name of at most 100 characters, such as "default", with no space at its ends.',
      );
    const { token, hash } = makeToken('dbe');
    const expiresAt = await this.database
      .of(caller.workspaceId)
      .$transaction((tx) => keepToken(tx, caller, pool, hash));
    return { token, pool, expiresAt };
  }

  /**
   * Spends a token for the holder of a key. The same key may show its token again: the answer to the first time may have
   * been lost on the way.
   */
  async spend(token: string, publicKey: Uint8Array): Promise<EnrolledAgent | Refusal> {
    const answer = await this.database.system.$transaction((tx) => spend(tx, token, publicKey));
    if (answer.kind === 'refused') return answer;
    const { workspaceId, agentId } = answer;
    await this.notices.publish({ kind: 'agent_updated', workspaceId, agentId });
    return answer;
  }
}

async function keepToken(
  tx: Transaction,
  caller: Caller,
  pool: string,
  hash: Uint8Array,
): Promise<Date> {
  const { workspaceId } = caller;
  const poolId = await requirePool(tx, workspaceId, pool);
  const [made] = await tx.$queryRaw<{ id: string; expiresAt: Date }[]>`
    insert into "EnrollmentToken" (id, "workspaceId", "poolId", hash, "expiresAt")
    values (gen_random_uuid(), ${workspaceId}::uuid, ${poolId}::uuid, ${hash},
      now() + make_interval(hours => ${tokenHours}::int))
    returning id, "expiresAt"`;
  if (!made) throw new AppError('agent.token_not_made', 'The token was not made. Try again.');
  await AuditService.record(tx, caller, {
    action: 'agent.enroll',
    subject: { kind: 'enrollment_token', id: made.id },
    after: { pool, expiresAt: made.expiresAt },
  });
  return made.expiresAt;
}

/** Many may ask for the same new pool at once. */
async function requirePool(tx: Transaction, workspaceId: string, name: string): Promise<string> {
  await tx.pool.createMany({ data: [{ workspaceId, name }], skipDuplicates: true });
  const { id } = await tx.pool.findUniqueOrThrow({
    where: { workspaceId_name: { workspaceId, name } },
    select: { id: true },
  });
  return id;
}

interface TokenRow {
  id: string;
  workspaceId: string;
  poolId: string;
  pool: string;
  agentId: string | null;
  publicKey: Uint8Array | null;
  revokedAt: Date | null;
  isExpired: boolean;
}

/** The row's lock makes whoever comes second wait and then find the token spent. */
async function spend(
  tx: Transaction,
  token: string,
  publicKey: Uint8Array,
): Promise<EnrolledAgent | Refusal> {
  const row = await lockToken(tx, token);
  if (!row) return { kind: 'refused', why: 'bad_token' };
  const { workspaceId, poolId, pool, agentId } = row;
  if (agentId && isHolder(row, publicKey)) return { kind: 'enrolled', agentId, workspaceId, pool };
  if (agentId) return { kind: 'refused', why: 'token_spent' };
  if (row.isExpired) return { kind: 'refused', why: 'token_expired' };
  const agent = await tx.agent.create({
    data: { workspaceId, poolId, publicKey: Uint8Array.from(publicKey) },
  });
  await tx.$executeRaw`
    update "EnrollmentToken" set "spentAt" = now(), "agentId" = ${agent.id}::uuid where id = ${row.id}::uuid`;
  const actor = { workspaceId, by: 'agent', name: 'agent', actorId: agent.id } as const;
  await AuditService.record(tx, actor, {
    action: 'agent.enrolled',
    subject: { kind: 'agent', id: agent.id },
    after: { pool, enrollmentToken: row.id },
  });
  return { kind: 'enrolled', agentId: agent.id, workspaceId, pool };
}

async function lockToken(tx: Transaction, token: string): Promise<TokenRow | undefined> {
  const [row] = await tx.$queryRaw<TokenRow[]>`
    select token.id, token."workspaceId", token."poolId", pool.name as pool, token."agentId",
      agent."publicKey", agent."revokedAt", token."expiresAt" <= now() as "isExpired"
    from "EnrollmentToken" as token
    join "Pool" as pool on pool.id = token."poolId"
    left join "Agent" as agent on agent.id = token."agentId"
    where token.hash = ${hashOfToken(token)}
    for update of token`;
  return row;
}

const isHolder = ({ publicKey, revokedAt }: TokenRow, shown: Uint8Array): boolean =>
  !revokedAt && publicKey !== null && Buffer.compare(publicKey, shown) === 0;

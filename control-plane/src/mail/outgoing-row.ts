import type { Transaction } from '../database/database.js';

/** What the mails of the table are sealed for. */
export const mailPurpose = 'drawbridge mail';

/** What a mail is about, for who must know that it did not arrive. */
export interface Occasion {
  kind: 'sign_up' | 'has_account' | 'reset' | 'password_changed' | 'invitation';
  /** The workspace that sends it. */
  workspaceId?: string;
  /** The person with the account that it is about. */
  userId?: string | undefined;
  /** How long it is worth sending: no longer than its link works. */
  livesMinutes: number;
}

interface Outgoing {
  id: string;
  sealed: Uint8Array<ArrayBuffer>;
  about: Occasion;
  recipient: string | null;
  isMeant: boolean;
}

/** One statement, whether it is meant or not: who asks for a link must not learn from the time whether there is an account. */
export async function addOutgoing(
  tx: Transaction,
  { id, sealed, about, recipient, isMeant }: Outgoing,
): Promise<void> {
  const { kind, workspaceId = null, userId = null, livesMinutes } = about;
  await tx.$executeRaw`
    insert into "OutgoingMail" (id, kind, "workspaceId", "userId", recipient, sealed, "expiresAt")
    select ${id}::uuid, ${kind}, ${workspaceId}::uuid, ${userId}, ${recipient}, ${sealed},
      now() + ${livesMinutes}::int * interval '1 minute'
    where ${isMeant}`;
}

/** A mail that is to be attempted now. */
export interface DueMail {
  id: string;
  kind: string;
  sealed: Uint8Array;
  /** So often it was attempted, with this one. */
  attempts: number;
  /** Until it is not worth sending any more. */
  leftMs: number;
  isForNobody: boolean;
}

/** Longer than a mail server may keep us; a process that dies meanwhile leaves the mail to another after that. */
const heldSeconds = 180;

/** Each is taken by one process. */
export const claimMail = (tx: Transaction, most: number): Promise<DueMail[]> =>
  tx.$queryRaw<DueMail[]>`
    update "OutgoingMail" set attempts = attempts + 1, "nextAttemptAt" = now() + make_interval(secs => ${heldSeconds}::float8)
    where id in (
      select id from "OutgoingMail" where "givenUpAt" is null and "nextAttemptAt" <= now()
      order by "nextAttemptAt" limit ${most} for update skip locked)
    returning id, kind, sealed, attempts,
      (extract(epoch from "expiresAt" - now()) * 1000)::float8 as "leftMs", recipient is null as "isForNobody"`;

export async function removeSent(tx: Transaction, { id }: DueMail): Promise<void> {
  await tx.outgoingMail.deleteMany({ where: { id } });
}

/** An attempt that took so long that another began decides nothing more. */
export async function putOff(
  tx: Transaction,
  { id, attempts }: DueMail,
  { problem, waitMs }: { problem: string; waitMs: number },
): Promise<void> {
  await tx.$executeRaw`
    update "OutgoingMail" set problem = ${problem}, "nextAttemptAt" = now() + make_interval(secs => ${waitMs}::float8 / 1000)
    where id = ${id}::uuid and attempts = ${attempts}`;
}

/** Its text is gone; that it did not arrive stays, unless nobody could be told. */
export async function giveUp(
  tx: Transaction,
  { id, attempts, isForNobody }: DueMail,
  problem: string,
): Promise<void> {
  if (isForNobody) await tx.outgoingMail.deleteMany({ where: { id, attempts } });
  else
    await tx.$executeRaw`
      update "OutgoingMail" set problem = ${problem}, sealed = null, "givenUpAt" = now()
      where id = ${id}::uuid and attempts = ${attempts}`;
}

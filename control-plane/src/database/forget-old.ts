import { Prisma, type Transaction } from './database.js';

/** Rows of a table that are older than people want them, at most so many in one look: the rest waits for the next one. */
export async function forgetOld(
  tx: Transaction,
  {
    table,
    keptDays,
    most,
  }: { table: 'Event' | 'Delivery' | 'OutgoingMail'; keptDays: number; most: number },
): Promise<void> {
  const name = Prisma.raw(`"${table}"`);
  await tx.$executeRaw`
    delete from ${name} where id in (
      select id from ${name} where "createdAt" < now() - make_interval(days => ${keptDays}::int)
      order by "createdAt" limit ${most} for update skip locked)`;
}

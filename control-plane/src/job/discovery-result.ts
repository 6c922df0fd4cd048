import { DiscoveredKind, type Discovery } from '@drawbridge/proto';
import type { Transaction } from '../database/database.js';

export interface Found {
  entries: FoundEntry[];
  isCutOff: boolean;
}

export interface FoundEntry {
  name: string;
  label: string | null;
  kind: string;
  type: string | null;
  isRequired: boolean;
  isKey: boolean;
}

/** Somebody who waits longer is told that nobody answered. */
const keptSeconds = 60;

export async function keepDiscovery(
  tx: Transaction,
  jobId: string,
  { entries, isCutOff }: Discovery,
): Promise<void> {
  const found: Found = {
    entries: entries.map(({ name, label, kind, type, isRequired, isKey }) => ({
      name,
      label: label || null,
      kind: DiscoveredKind[kind].toLowerCase(),
      type: type || null,
      isRequired,
      isKey,
    })),
    isCutOff,
  };
  await tx.$executeRaw`
    insert into "Discovery" ("jobId", found) values (${jobId}::uuid, ${JSON.stringify(found)}::jsonb)`;
}

/** Read once: names rest nowhere. */
export async function takeDiscovery(tx: Transaction, jobId: string): Promise<Found> {
  const [row] = await tx.$queryRaw<{ found: Found }[]>`
    delete from "Discovery" where "jobId" = ${jobId}::uuid returning found`;
  return row?.found ?? { entries: [], isCutOff: false };
}

/** What nobody came to read. */
export async function forgetDiscoveries(tx: Transaction): Promise<void> {
  await tx.$executeRaw`
    delete from "Discovery" where "createdAt" < now() - make_interval(secs => ${keptSeconds}::float8)`;
}

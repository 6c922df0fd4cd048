import type { Transaction } from '../database/database.js';
import type { CheckResult } from './report.js';

export async function keepCheckResult(
  tx: Transaction,
  jobId: string,
  result: CheckResult,
): Promise<void> {
  await tx.$executeRaw`
    update "Job" set result = ${JSON.stringify(result)}::jsonb where id = ${jobId}::uuid`;
}

/** Undefined until an agent has answered. */
export async function checkResult(
  tx: Transaction,
  jobId: string,
): Promise<CheckResult | undefined> {
  const job = await tx.job.findUnique({ where: { id: jobId }, select: { result: true } });
  return (job?.result as CheckResult | null | undefined) ?? undefined;
}

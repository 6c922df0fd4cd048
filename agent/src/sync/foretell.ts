import { addRefused } from './join-lookups.js';
import type { Lookups } from './open-lookups.js';
import type { Plan } from './plan.js';
import type { Run } from './run.js';
import { Unsent } from './unsent.js';

/** A dry run ends where the first operation would leave, and says as well what would not. */
export async function foretell(run: Run, { parts }: Plan, lookups: Lookups): Promise<void> {
  const { request, duck, meter } = run;
  meter.counts.pending += meter.planned;
  for (const part of parts) {
    if (part.kind === undefined) continue;
    const how = { fields: request.fields, lookups, made: false, duck };
    const unsent = new Unsent(part.rows);
    await addRefused(unsent, part, how);
    unsent.tell(part.change, run);
    meter.counts.pending -= unsent.rows;
  }
}

import type { Transaction } from '../database/database.js';

/** Bounds one look; the rest waits for the next one. */
const batch = 1_000;

/** Alerts that are over are kept as long as the workspace keeps runs that are. */
export async function forgetAlerts(tx: Transaction): Promise<void> {
  await tx.$executeRaw`
    delete from "Alert" where id in (
      select alert.id from "Alert" as alert join "Workspace" as workspace on workspace.id = alert."workspaceId"
      where alert."resolvedAt" < now() - make_interval(days => workspace."retentionDays")
      limit ${batch} for update of alert skip locked)`;
}

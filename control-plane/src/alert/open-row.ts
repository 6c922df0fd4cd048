import type { AlertKind } from '@drawbridge/proto';
import type { Transaction } from '../database/database.js';

export interface WatchedAlert {
  workspaceId: string;
  rule: string;
  subjectId: string;
  kind: AlertKind;
  /** Of the sync; null for an agent. */
  name: string | null;
  /** Its sync was removed, or its agent revoked. */
  isGone: boolean;
  isQuiet: boolean;
}

/** Every open alert of the installation. */
export function openAlerts(tx: Transaction): Promise<WatchedAlert[]> {
  return tx.$queryRaw<WatchedAlert[]>`
    select alert."workspaceId", alert.rule, alert."subjectId", alert.kind, sync.name,
      case when alert."syncId" is null then agent.id is null or agent."revokedAt" is not null
        else sync.id is null or sync."removedAt" is not null end as "isGone",
      alert."quietSince" is not null as "isQuiet"
    from "Alert" as alert left join "Sync" as sync on sync.id = alert."syncId"
      left join "Agent" as agent on agent.id = alert."agentId"
    where alert."resolvedAt" is null`;
}

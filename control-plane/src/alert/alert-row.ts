import type { AlertKind, AlertSeverity } from '@drawbridge/proto';
import { Prisma, type Transaction } from '../database/database.js';
import type { AlertWhy } from '../event/alert-why.js';
import type { NewEvent } from '../event/event.js';
import { EventService } from '../event/event.service.js';
import type { AlertRule } from './rule.js';

/**
 * The moves of an alert: raised → resolved. A rule that is raised for the fourth time within an hour flaps: it stays open
 * until it has kept quiet for half an hour, so that nobody is told of every turn. Each move is a conditional statement
 * that writes its event, so that any number of processes make it once.
 */

/** What an alert is about. */
export interface Subject {
  workspaceId: string;
  subjectId: string;
  syncId?: string | null;
  agentId?: string | null;
  poolId?: string | null;
}

/** A rule that holds for something. */
export interface Finding extends Subject {
  rule: AlertRule;
  runId?: string | null;
  why: AlertWhy;
}

/** As its event needs it. */
interface MovedAlert extends Subject {
  id: string;
  kind: AlertKind;
  severity: AlertSeverity;
  runId: string | null;
  why: AlertWhy;
  flapping: boolean;
  isTold: boolean;
}

const flappingAt = 3;
const flappingMinutes = 60;
const quietMinutes = 30;

const moved = Prisma.sql`alert.id, alert."workspaceId", alert.kind, alert.severity, alert."subjectId", alert."syncId",
  alert."agentId", alert."poolId", alert."runId", alert.why, alert.flapping, alert."toldAt" is not null as "isTold"`;

/** What is open already is only seen once more. Each rule and subject may stand in `findings` once. */
export async function raise(tx: Transaction, findings: readonly Finding[]): Promise<void> {
  if (findings.length === 0) return;
  const rows = findings.map(({ rule: { name: rule, when, severity, channels }, ...about }) => {
    return { ...about, rule, kind: when.kind, severity, channels };
  });
  const raised = await tx.$queryRaw<(MovedAlert & { isNew: boolean })[]>`
    insert into "Alert" as alert (id, "workspaceId", rule, kind, severity, channels, "subjectId", "syncId", "agentId",
      "poolId", "runId", why, flapping, "toldAt")
    select gen_random_uuid(), said."workspaceId", said.rule, said.kind, said.severity, said.channels, said."subjectId",
      said."syncId", said."agentId", said."poolId", said."runId", said.why,
      (select count(*) >= ${flappingAt}::int from "Alert" as earlier
        where earlier."workspaceId" = said."workspaceId" and earlier.rule = said.rule
          and earlier."subjectId" = said."subjectId"
          and earlier."raisedAt" > now() - make_interval(mins => ${flappingMinutes}::int)),
      case when not exists (select from "AlertMute" as mute where mute."workspaceId" = said."workspaceId"
        and mute.rule = said.rule and mute."subjectId" = said."subjectId") then now() end
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as said (
      "workspaceId" uuid, rule text, kind text, severity text, channels text[], "subjectId" uuid, "syncId" uuid,
      "agentId" uuid, "poolId" uuid, "runId" uuid, why jsonb)
    on conflict ("workspaceId", rule, "subjectId") where "resolvedAt" is null do update set
      times = alert.times + 1, "seenAt" = now(), "quietSince" = null, why = excluded.why,
      "runId" = coalesce(excluded."runId", alert."runId")
    returning ${moved}, xmax = 0 as "isNew"`;
  const told = raised.filter(({ isNew, isTold }) => isNew && isTold);
  await EventService.emit(
    tx,
    told.map((alert) => raisedEventOf(alert, false)),
  );
}

/** An open alert, by its rule's name and what it is about. */
export interface OpenAlert {
  workspaceId: string;
  rule: string;
  subjectId: string;
}

export type Resolution = 'recovered' | 'withdrawn';

/** One that flaps only begins to keep quiet, unless there is nothing more to look at. */
export async function resolve(
  tx: Transaction,
  alerts: readonly OpenAlert[],
  resolution: Resolution,
): Promise<void> {
  if (alerts.length === 0) return;
  const rows = alerts.map(({ workspaceId, rule, subjectId }) => ({ workspaceId, rule, subjectId }));
  const isWaiting = Prisma.sql`(alert.flapping and ${resolution === 'recovered'})`;
  const resolved = await tx.$queryRaw<ResolvedAlert[]>`
    update "Alert" as alert set
      "quietSince" = case when ${isWaiting} then coalesce(alert."quietSince", now()) end,
      "resolvedAt" = case when not ${isWaiting} then now() end,
      resolution = case when not ${isWaiting} then ${resolution} end
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as said ("workspaceId" uuid, rule text, "subjectId" uuid)
    where alert."workspaceId" = said."workspaceId" and alert.rule = said.rule
      and alert."subjectId" = said."subjectId" and alert."resolvedAt" is null
    returning ${moved}, alert.resolution, ${openMs}`;
  await tellResolved(tx, resolved);
}

/** Those that flapped and have kept quiet since. */
export async function resolveQuiet(tx: Transaction): Promise<void> {
  const resolved = await tx.$queryRaw<ResolvedAlert[]>`
    update "Alert" as alert set "resolvedAt" = now(), resolution = 'recovered'
    where alert."resolvedAt" is null and alert."quietSince" < now() - make_interval(mins => ${quietMinutes}::int)
    returning ${moved}, alert.resolution, ${openMs}`;
  await tellResolved(tx, resolved);
}

/** Those whose snooze has ended while they are open: told again, unless they are muted. */
export async function wakeSnoozed(tx: Transaction): Promise<void> {
  const woken = await tx.$queryRaw<MovedAlert[]>`
    update "Alert" as alert set "snoozedUntil" = null,
      "toldAt" = case when ${isMuted} then alert."toldAt" else now() end
    where alert."resolvedAt" is null and alert."snoozedUntil" <= now()
    returning ${moved}, ${isMuted} as "isMuted"`;
  const loud = woken.filter((alert) => !('isMuted' in alert && alert.isMuted));
  await EventService.emit(
    tx,
    loud.map((alert) => raisedEventOf(alert, true)),
  );
}

/** The open one of a rule and a subject that are not muted any more. */
export async function tellUntold(
  tx: Transaction,
  { workspaceId, rule, subjectId }: OpenAlert,
): Promise<void> {
  const untold = await tx.$queryRaw<MovedAlert[]>`
    update "Alert" as alert set "toldAt" = now()
    where alert."workspaceId" = ${workspaceId}::uuid and alert.rule = ${rule} and alert."subjectId" = ${subjectId}::uuid
      and alert."resolvedAt" is null and alert."toldAt" is null and alert."snoozedUntil" is null
    returning ${moved}`;
  await EventService.emit(
    tx,
    untold.map((alert) => raisedEventOf(alert, false)),
  );
}

/** Without a time the snooze ends. `bad_time`: by the database's time it has passed or is too far ahead. */
export async function snoozeAlert(
  tx: Transaction,
  id: string,
  until: Date | null,
  longestMs: number,
): Promise<'moved' | 'over' | 'bad_time'> {
  const [alert] = await tx.$queryRaw<{ isOver: boolean; isGood: boolean }[]>`
    select "resolvedAt" is not null as "isOver", coalesce(${until}::timestamptz > now()
      and ${until}::timestamptz <= now() + make_interval(secs => ${longestMs}::float8 / 1000), true) as "isGood"
    from "Alert" where id = ${id}::uuid for update`;
  if (!alert || alert.isOver) return 'over';
  if (!alert.isGood) return 'bad_time';
  await tx.alert.update({ where: { id }, data: { snoozedUntil: until } });
  return 'moved';
}

interface ResolvedAlert extends MovedAlert {
  /** Null while it only keeps quiet. */
  resolution: Resolution | null;
  openMs: number;
}

const openMs = Prisma.sql`(extract(epoch from now() - alert."raisedAt") * 1000)::float8 as "openMs"`;

const isMuted = Prisma.sql`exists (select from "AlertMute" as mute where mute."workspaceId" = alert."workspaceId"
  and mute.rule = alert.rule and mute."subjectId" = alert."subjectId")`;

/** Who was never told of its beginning is not told of its end. */
async function tellResolved(tx: Transaction, resolved: readonly ResolvedAlert[]): Promise<void> {
  const events = resolved.flatMap((alert) =>
    alert.isTold && alert.resolution
      ? [
          {
            ...aboutOf(alert),
            kind: 'alert.resolved' as const,
            detail: {
              ...detailOf(alert),
              resolution: alert.resolution,
              openMs: Math.round(alert.openMs),
            },
          },
        ]
      : [],
  );
  await EventService.emit(tx, events);
}

function raisedEventOf(alert: MovedAlert, again: boolean): NewEvent {
  const { why, flapping } = alert;
  const detail = { ...detailOf(alert), why, again, flapping };
  return { ...aboutOf(alert), kind: 'alert.raised', detail };
}

const aboutOf = ({ workspaceId, syncId, agentId, poolId, runId }: MovedAlert) => ({
  workspaceId,
  syncId: syncId ?? null,
  agentId: agentId ?? null,
  poolId: poolId ?? null,
  runId,
});

const detailOf = ({ id, kind, severity }: MovedAlert) => ({ alertId: id, alert: kind, severity });

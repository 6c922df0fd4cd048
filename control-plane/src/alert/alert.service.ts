import { Injectable } from '@nestjs/common';
import { AppError } from '../app-error.js';
import { AuditService } from '../audit/audit.service.js';
import type { Caller } from '../auth/caller.js';
import { Database, type Transaction } from '../database/database.js';
import { isUuid } from '../database/uuid.js';
import { badCursor, cursorOf, pageOf, pageSize, placeOf } from '../page/page.js';
import type { Page, PageRequest } from '../page/page.js';
import { snoozeAlert, tellUntold } from './alert-row.js';
import type { Alert, AlertFilter, AlertRule } from './alert.model.js';
import { RuleBook } from './rule-book.js';
import { defaultRules } from './rule.js';
import { ruleTextOf } from './rule-text.js';
import { shownAlerts, type AlertRow } from './shown-alert.js';

const longestSnoozeMs = 31 * 86_400_000;

/** What a workspace is told of, and what it wants to be told of no more. */
@Injectable()
export class AlertService {
  constructor(private readonly database: Database) {}

  /** Newest first. */
  async page(
    { workspaceId }: Caller,
    { state, sync, kind, rule }: AlertFilter,
    request: PageRequest,
  ): Promise<Page<Alert>> {
    const size = pageSize(request);
    const named = sync
      ? await this.database.of(workspaceId).sync.findFirst({ where: { workspaceId, name: sync } })
      : undefined;
    if (named === null) return pageOf<Alert>([], size, () => '');
    const rows = await this.database.of(workspaceId).alert.findMany({
      where: {
        workspaceId,
        ...(state && { resolvedAt: state === 'open' ? null : { not: null } }),
        ...(named && { syncId: named.id }),
        ...(kind && { kind }),
        ...(rule && { rule }),
        ...(request.after && after(request.after)),
      },
      orderBy: [{ raisedAt: 'desc' }, { id: 'desc' }],
      take: size + 1,
    });
    return pageOf(
      await shownAlerts(this.database.of(workspaceId), rows),
      size,
      ({ raisedAt, id }) => cursorOf([raisedAt.toISOString(), id]),
    );
  }

  async rules({ workspaceId }: Caller): Promise<AlertRule[]> {
    const book = await RuleBook.read(this.database.of(workspaceId), [workspaceId]);
    return book
      .of(workspaceId)
      .map(({ name, when, severity, syncs, channels }) => ({
        name,
        severity,
        kind: when.kind,
        text: ruleTextOf(when),
        syncs: [...syncs],
        channels: [...channels],
        builtIn: defaultRules.some((own) => own.name === name && own.when === when),
      }))
      .toSorted((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** Again does nothing. */
  mute(caller: Caller, id: string): Promise<Alert> {
    return this.change(caller, id, async (tx, { workspaceId, rule, subjectId }) => {
      const data = [{ workspaceId, rule, subjectId }];
      const { count } = await tx.alertMute.createMany({ data, skipDuplicates: true });
      return count > 0 ? { action: 'alert.mute' } : undefined;
    });
  }

  unmute(caller: Caller, id: string): Promise<Alert> {
    return this.change(caller, id, async (tx, { workspaceId, rule, subjectId }) => {
      const where = { workspaceId, rule, subjectId };
      const { count } = await tx.alertMute.deleteMany({ where });
      if (count === 0) return undefined;
      await tellUntold(tx, where);
      return { action: 'alert.unmute' };
    });
  }

  /** Without a time, it ends. */
  snooze(caller: Caller, id: string, until: Date | null): Promise<Alert> {
    return this.change(caller, id, async (tx, row) => {
      const moved = await snoozeAlert(tx, row.id, until, longestSnoozeMs);
      if (moved === 'moved') return { action: 'alert.snooze', after: { until } };
      throw moved === 'over' ? isOver() : badTime();
    });
  }

  private async change(
    caller: Caller,
    id: string,
    by: (tx: Transaction, row: AlertRow) => Promise<Done | undefined>,
  ): Promise<Alert> {
    const where = { id, workspaceId: caller.workspaceId };
    return this.database.of(caller.workspaceId).$transaction(async (tx) => {
      const row = isUuid(id) ? await tx.alert.findFirst({ where }) : null;
      if (!row) throw new AppError('alert.not_found', 'There is no such alert.');
      const done = await by(tx, row);
      const [alert] = await shownAlerts(tx, await tx.alert.findMany({ where }));
      if (!alert) throw new AppError('alert.not_found', 'There is no such alert.');
      const subject = { kind: 'alert', id, name: alert.rule };
      const { sync, agent } = alert;
      if (done)
        await AuditService.record(tx, caller, {
          action: done.action,
          subject,
          after: { sync, agent, ...done.after },
        });
      return alert;
    });
  }
}

interface Done {
  action: string;
  after?: object;
}

function after(cursor: string): object {
  const [at = '', id = ''] = placeOf(cursor, 2);
  const raisedAt = new Date(at);
  if (Number.isNaN(raisedAt.getTime()) || !isUuid(id)) throw badCursor();
  return { OR: [{ raisedAt: { lt: raisedAt } }, { raisedAt, id: { lt: id } }] };
}

const isOver = (): AppError =>
  new AppError(
    'alert.resolved',
    'The alert is over. Mute it to hear nothing of it when it comes again.',
  );

const badTime = (): AppError =>
  new AppError('alert.bad_time', 'Snooze until a time that is to come, at most 31 days ahead.');

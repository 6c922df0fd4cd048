import type { AlertEntry, AlertKind } from '@drawbridge/proto';
import type { Transaction } from '../database/database.js';
import { rulesOf, rulesOfSync, type AlertRule } from './rule.js';

/** The rules of several workspaces; one that has written none has the product's own. */
export class RuleBook {
  private static readonly defaults: readonly AlertRule[] = rulesOf([]);

  private constructor(private readonly written: ReadonlyMap<string, readonly AlertRule[]>) {}

  /** Of all workspaces when none are named. */
  static async read(tx: Transaction, workspaceIds?: readonly string[]): Promise<RuleBook> {
    const rows = await tx.alertRule.findMany({
      where: workspaceIds ? { workspaceId: { in: [...workspaceIds] } } : {},
      orderBy: { name: 'asc' },
    });
    const byWorkspace = Map.groupBy(rows, ({ workspaceId }) => workspaceId);
    const rules = [...byWorkspace].map(([id, own]) => {
      const entries = own.map(({ name, spec }) => ({ name, spec: spec as unknown as AlertEntry }));
      return [id, rulesOf(entries)] as const;
    });
    return new RuleBook(new Map(rules));
  }

  of(workspaceId: string): readonly AlertRule[] {
    return this.written.get(workspaceId) ?? RuleBook.defaults;
  }

  ofSync(workspaceId: string, sync: string): readonly AlertRule[] {
    return rulesOfSync(this.of(workspaceId), sync);
  }

  /** Workspaces that have written such a rule. */
  workspacesWith(kind: AlertKind): string[] {
    return [...this.written].flatMap(([id, rules]) =>
      rules.some(({ when }) => when.kind === kind) ? [id] : [],
    );
  }
}

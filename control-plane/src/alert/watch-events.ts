import type { Transaction } from '../database/database.js';
import type { StoredEvent } from '../event/event.js';
import { raise, resolve } from './alert-row.js';
import { failuresInARow, kindsOfRuns, usualCount, type RunKind } from './past-row.js';
import { RuleBook } from './rule-book.js';
import type { AlertRule } from './rule.js';
import { verdictOf, type Past } from './verdict.js';

const watched: readonly string[] = ['run.started', 'run.finished', 'run.parked', 'run.missed'];

/** Raises and resolves what follows from events, in their order. Belongs into the transaction that takes them. */
export async function watchEvents(tx: Transaction, events: readonly StoredEvent[]): Promise<void> {
  const ofRuns = events.filter(({ kind, syncId }) => watched.includes(kind) && syncId);
  if (ofRuns.length === 0) return;
  const known = await knownOf(tx, ofRuns);
  for (const event of ofRuns) {
    const run = known.runs.get(event.runId ?? '');
    // A run that is forgotten, or that sends nothing.
    if (event.kind !== 'run.missed' && (!run || run.isTrial)) continue;
    for (const rule of known.rulesOf(event)) await judge(tx, { event, rule, run, known });
  }
}

interface Judged {
  event: StoredEvent;
  rule: AlertRule;
  run: RunKind | undefined;
  known: Known;
}

async function judge(tx: Transaction, { event, rule, run, known }: Judged): Promise<void> {
  const { workspaceId, syncId, runId } = event;
  if (!syncId || (rule.when.kind === 'volume' && !run?.isOrdinary)) return;
  const verdict = verdictOf(rule.when, event, await pastOf(tx, event, rule));
  if (!verdict) return;
  const subject = { workspaceId, subjectId: syncId };
  const key = keyOf(rule.name, syncId);
  if (verdict.holds) {
    await raise(tx, [{ ...subject, syncId, runId: runId ?? null, rule, why: verdict.holds }]);
    known.open.add(key);
  } else if (known.open.has(key)) {
    await resolve(tx, [{ ...subject, rule: rule.name }], 'recovered');
    // One that flaps is still open; resolving it again changes nothing.
  }
}

/** Only what the rule asks for is looked up. */
async function pastOf(tx: Transaction, event: StoredEvent, { when }: AlertRule): Promise<Past> {
  const { syncId, runId, kind } = event;
  const past: Past = { failuresInARow: 1, usual: undefined };
  if (!syncId || !runId) return past;
  const isFailure =
    kind === 'run.parked' || (kind === 'run.finished' && event.detail.state === 'failed');
  if (when.kind === 'failed' && isFailure)
    past.failuresInARow = await failuresInARow(tx, { syncId, runId }, when.runs);
  if (when.kind === 'volume' && kind === 'run.finished' && !isFailure)
    past.usual = await usualCount(tx, { syncId, runId }, when);
  return past;
}

interface Known {
  runs: ReadonlyMap<string, RunKind>;
  /** Keys of what is open as far as these events go. */
  open: Set<string>;
  rulesOf(event: StoredEvent): readonly AlertRule[];
}

const keyOf = (rule: string, subjectId: string): string => `${subjectId} ${rule}`;

async function knownOf(tx: Transaction, events: readonly StoredEvent[]): Promise<Known> {
  const workspaceIds = [...new Set(events.map(({ workspaceId }) => workspaceId))];
  const syncIds = [...new Set(events.flatMap(({ syncId }) => syncId ?? []))];
  const runIds = [...new Set(events.flatMap(({ runId }) => runId ?? []))];
  const syncs = await tx.sync.findMany({
    where: { id: { in: syncIds } },
    select: { id: true, name: true },
  });
  const open = await tx.alert.findMany({
    where: { workspaceId: { in: workspaceIds }, subjectId: { in: syncIds }, resolvedAt: null },
    select: { rule: true, subjectId: true },
  });
  const names = new Map(syncs.map(({ id, name }) => [id, name]));
  const book = await RuleBook.read(tx, workspaceIds);
  return {
    runs: new Map((await kindsOfRuns(tx, runIds)).map((run) => [run.id, run])),
    open: new Set(open.map(({ rule, subjectId }) => keyOf(rule, subjectId))),
    rulesOf: ({ workspaceId, syncId }) => {
      const name = names.get(syncId ?? '');
      return name === undefined ? [] : book.ofSync(workspaceId, name);
    },
  };
}

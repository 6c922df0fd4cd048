import type { Transaction } from '../database/database.js';
import type { AlertWhy } from '../event/alert-why.js';
import { raise, resolve, resolveQuiet, wakeSnoozed, type Finding } from './alert-row.js';
import { openAlerts, type WatchedAlert } from './open-row.js';
import { RuleBook } from './rule-book.js';
import type { AlertRule } from './rule.js';
import { lastingThings, unsuccessfulSyncs, type Lasting } from './time-row.js';

/** Any number, as long as it is this one everywhere. */
const roundLock = 5_141_226_007;

/**
 * Looks at what holds now by the passing of time alone, raises what is not open and resolves what does not hold any more.
 * One process at a time; another one goes on from the same rows.
 */
export async function watchTime(tx: Transaction): Promise<void> {
  const [lock] = await tx.$queryRaw<{ isOurs: boolean }[]>`
    select pg_try_advisory_xact_lock(${roundLock}::bigint) as "isOurs"`;
  if (!lock?.isOurs) return;
  const book = await RuleBook.read(tx);
  const open = await openAlerts(tx);
  const holding = await findings(tx, book);
  const known = new Set(open.flatMap((alert) => (alert.isQuiet ? [] : keyOf(alert))));
  await raise(
    tx,
    holding.filter((finding) => !known.has(keyOfFinding(finding))),
  );
  await withdraw(tx, open, book);
  await resolveEnded(tx, open, new Set(holding.map(keyOfFinding)));
  await resolveQuiet(tx);
  await wakeSnoozed(tx);
}

async function findings(tx: Transaction, book: RuleBook): Promise<Finding[]> {
  const things = await lastingThings(tx);
  const asking = book.workspacesWith('no_success');
  if (asking.length > 0) things.push(...(await unsuccessfulSyncs(tx, asking)));
  return things.flatMap((thing) => {
    const { workspaceId, name, syncId, agentId, poolId, runId } = thing;
    const subjectId = syncId ?? agentId;
    if (subjectId === null) return [];
    const rules = name === null ? book.of(workspaceId) : book.ofSync(workspaceId, name);
    return rules.flatMap((rule) => {
      const why = whyOf(rule, thing);
      return why ? [{ workspaceId, subjectId, syncId, agentId, poolId, runId, rule, why }] : [];
    });
  });
}

function whyOf({ when }: AlertRule, thing: Lasting): AlertWhy | undefined {
  const { kind, lastedMs } = thing;
  const since = thing.since.toISOString();
  if (when.kind === 'duration' && kind === 'duration') {
    const { ms: limitMs } = when.limit;
    const durationMs = Math.round(lastedMs);
    return lastedMs > limitMs ? { kind, durationMs, limitMs, isLive: true } : undefined;
  }
  if (when.kind === 'no_success' && kind === 'no_success') {
    const { ms: withinMs } = when.within;
    return lastedMs > withinMs ? { kind, since, withinMs } : undefined;
  }
  if (when.kind === 'waiting' && kind === 'waiting')
    return lastedMs > when.after.ms ? { kind, since } : undefined;
  if (when.kind === 'agent_offline' && kind === 'agent_offline')
    return lastedMs > when.after.ms ? { kind, since } : undefined;
  return undefined;
}

/** Whose rule or subject is not there any more. */
async function withdraw(
  tx: Transaction,
  open: readonly WatchedAlert[],
  book: RuleBook,
): Promise<void> {
  const gone = open.filter(({ workspaceId, name, rule, isGone }) => {
    const rules = name === null ? book.of(workspaceId) : book.ofSync(workspaceId, name);
    return isGone || !rules.some((known) => known.name === rule);
  });
  await resolve(tx, gone, 'withdrawn');
}

/** The end of a run says of the other kinds that they do not hold any more. */
const timed: readonly string[] = ['waiting', 'agent_offline', 'no_success'];

async function resolveEnded(
  tx: Transaction,
  open: readonly WatchedAlert[],
  holding: ReadonlySet<string>,
): Promise<void> {
  const ended = open.filter((alert) => timed.includes(alert.kind) && !holding.has(keyOf(alert)));
  await resolve(tx, ended, 'recovered');
}

const keyOf = ({ rule, subjectId }: { rule: string; subjectId: string }): string =>
  `${subjectId} ${rule}`;
const keyOfFinding = ({ rule, subjectId }: Finding): string =>
  keyOf({ rule: rule.name, subjectId });

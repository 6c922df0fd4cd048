import { specificationOf, type Section, type Specification } from '@drawbridge/proto';
import type { Caller } from '../auth/caller.js';
import type { Prisma, Transaction } from '../database/database.js';
import { inParts } from '../in-parts.js';
import { kinds } from './kind.js';
import type { EntryChange } from './touched.js';

/** Edits that go into one statement. */
const atOnce = 500;

/** 0 before the first. Whoever counts on it holds the lock of the configuration. */
export async function currentVersion(tx: Transaction, workspaceId: string): Promise<number> {
  const newest = await tx.configurationVersion.findFirst({
    where: { workspaceId },
    orderBy: { number: 'desc' },
    select: { number: true },
  });
  return newest?.number ?? 0;
}

/** Answers with its number. */
export async function writeVersion(
  tx: Transaction,
  caller: Caller,
  { changes, restoredFrom }: { changes: readonly EntryChange[]; restoredFrom: number | undefined },
): Promise<number> {
  const { workspaceId } = caller;
  const number = (await currentVersion(tx, workspaceId)) + 1;
  await tx.configurationVersion.create({
    data: {
      workspaceId,
      number,
      actorKind: caller.by === 'session' ? 'user' : 'key',
      actor: caller.name,
      door: doorOf(caller),
      changes: changes.length,
      restoredFrom: restoredFrom ?? null,
    },
  });
  await insertEdits(tx, { workspaceId, number }, changes);
  return number;
}

async function insertEdits(
  tx: Transaction,
  { workspaceId, number }: { workspaceId: string; number: number },
  changes: readonly EntryChange[],
): Promise<void> {
  for await (const part of inParts(changes, atOnce)) {
    const rows = part.map(({ section, ...edit }) => ({ kind: kinds[section], ...edit }));
    await tx.$executeRaw`
      insert into "ConfigurationEdit" ("workspaceId", number, kind, name, before, after)
      select ${workspaceId}::uuid, ${number}::int, said.kind, said.name, said.before, said.after
      from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as said (
        kind text, name text, before jsonb, after jsonb)`;
  }
}

/** What the command line says of itself is a claim: for people who read the history, not for judging anybody. */
function doorOf({ by, userAgent = '' }: Caller): 'ui' | 'cli' | 'api' {
  if (by === 'session') return 'ui';
  return userAgent.startsWith('drawbridge-cli/') ? 'cli' : 'api';
}

/** What some versions did in all. Only entries that they touched stand in it. */
export interface EditedParts {
  before: Specification;
  after: Specification;
}

export async function editedBetween(
  tx: Transaction,
  workspaceId: string,
  { after, upTo }: { after: number; upTo: number },
): Promise<EditedParts> {
  const edits = await tx.configurationEdit.findMany({
    where: { workspaceId, number: { gt: after, lte: upTo } },
    orderBy: { number: 'asc' },
  });
  const first = new Map<string, Edit>();
  const last = new Map<string, Edit>();
  for (const edit of edits) {
    const key = JSON.stringify([edit.kind, edit.name]);
    if (!first.has(key)) first.set(key, edit);
    last.set(key, edit);
  }
  return {
    before: gathered([...first.values()].map((edit) => ({ ...edit, entry: edit.before }))),
    after: gathered([...last.values()].map((edit) => ({ ...edit, entry: edit.after }))),
  };
}

/** A configuration without what some versions did: `after` is how it stands now. */
export function withoutEdits(whole: Specification, { before, after }: EditedParts): Specification {
  const undone = <One>(section: Section, record: Readonly<Record<string, One>>) => ({
    ...Object.fromEntries(
      Object.entries(record).filter(([name]) => !Object.hasOwn(after[section], name)),
    ),
    ...(before[section] as Readonly<Record<string, One>>),
  });
  return {
    sources: undone('sources', whole.sources),
    destinations: undone('destinations', whole.destinations),
    models: undone('models', whole.models),
    syncs: undone('syncs', whole.syncs),
    alerts: undone('alerts', whole.alerts),
  };
}

type Edit = Prisma.ConfigurationEditGetPayload<object>;

function gathered(edits: readonly { kind: string; name: string; entry: unknown }[]): Specification {
  const of = <S extends Section>(section: S) =>
    edits.flatMap(({ kind, name, entry }) =>
      kind === kinds[section] && entry !== null
        ? [{ name, entry: entry as Specification[S][string] }]
        : [],
    );
  return specificationOf({
    sources: of('sources'),
    destinations: of('destinations'),
    models: of('models'),
    syncs: of('syncs'),
    alerts: of('alerts'),
  });
}

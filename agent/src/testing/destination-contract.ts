import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeBatch } from '../connector/batch.js';
import type {
  Batch,
  DestinationConnection,
  DestinationDefinition,
  Finder,
  FinderRequest,
  Found,
  Mode,
  ObjectDefinition,
  OperationKind,
  Outcome,
  RemovalAction,
  Target,
  TargetField,
  TargetRequest,
} from '../connector/destination.js';
import { linesOf } from '../connector/lines.js';
import { makeMatchBatch } from '../connector/match-batch.js';
import { readSettings } from '../connector/settings.js';
import type { RawSettings } from '../connector/settings.js';
import { batchTarget } from './batch-target.js';
import { Failure, failureOf } from '../failure.js';

/** A record of the contract's object: a composite key, a text, a number. Texts are canonical; null is NULL. */
export interface ContractRecord {
  region: string;
  id: string;
  name: string | null;
  score: string | null;
}

/** A real server, and what the contract needs to see and do there behind the connector's back. */
export interface DestinationServer {
  settings: RawSettings;
  secrets: Record<string, string>;
  /** Settings of which nobody listens. */
  absent: RawSettings;
  wrongSecrets: Record<string, string>;
  /** Where a record has names of its own, and one field as its key. */
  form?: RecordForm;
  /** Makes an empty object with `region` and `id` as its key, and with `name` and `score`; a negative score is refused. */
  makeObject(
    object: ObjectDefinition,
    how: { removal: RemovalAction; mode: Mode },
  ): Promise<{ name: string; options?: RawSettings }>;
  /** Whether a record is written as a whole; then nulls: omit is refused. */
  isWhole?(object: string): boolean;
  seed(object: string, records: readonly ContractRecord[]): Promise<void>;
  /** Everything in the object, in the order of region and id. */
  records(object: string): Promise<ContractRecord[]>;
  /** The next batch is taken, and the line is cut before the answer; or `before` it is taken. */
  cut(object: string, when: 'before' | 'after'): Promise<void>;
  /** Holds back the answer to the next batch until it is released; `held` resolves when one is waiting. */
  hold(object: string): Promise<{ held(): Promise<void>; release(): Promise<void> }>;
  close(): Promise<void>;
}

/** `key` is the text of `region id`; region and id are there for lookups, after a seed alone. */
export type RecordForm = Readonly<Record<'key' | 'region' | 'id' | 'name' | 'score', string>>;

/** The contract's record, as a destination's object has it. */
interface Form {
  key: TargetField[];
  fields: readonly TargetField[];
  region: TargetField;
  id: string;
  keyTexts(record: Pick<ContractRecord, 'region' | 'id'>): string[];
}

function formOf(names?: RecordForm): Form {
  const { region, id, name, score } = names ?? ownNames;
  const fieldOf = (field: string, type: TargetField['type']): TargetField => ({
    name: field,
    type,
    nulls: 'send',
  });
  const parts = [fieldOf(region, 'text'), fieldOf(id, 'integer')] as const;
  return {
    key: names ? [fieldOf(names.key, 'text')] : [...parts],
    fields: [fieldOf(name, 'text'), fieldOf(score, 'integer')],
    region: parts[0],
    id,
    keyTexts: (each) => (names ? [keyOf(each)] : [each.region, each.id]),
  };
}

const ownNames = { region: 'region', id: 'id', name: 'name', score: 'score' };
const never = new AbortController().signal;
const record = (
  region: string,
  id: string,
  name: string | null = `${region} ${id}`,
  score: string | null = '1',
): ContractRecord => ({ region, id, name, score });
const a = record('eu', '1', `it's "a"\t\\N\nż🙂`);
const b = record('eu', '2');
const c = record('us', '1');

/** What every destination must do, whatever is behind it; every mode and removal that the definition offers. */
export function destinationContract(
  definition: DestinationDefinition,
  openServer: () => Promise<DestinationServer>,
): void {
  describe(`${definition.name} keeps the contract of a destination`, () => {
    let server: DestinationServer;
    let destination: DestinationConnection;
    let form: Form;
    const connect = (settings = server.settings, secrets = server.secrets): DestinationConnection =>
      definition.open({ settings: readSettings(definition.settings, settings), secrets });

    beforeAll(async () => {
      server = await openServer();
      form = formOf(server.form);
      destination = connect();
    });
    afterAll(async () => {
      await destination.close();
      await server.close();
    });

    /** A new object, opened for writing. */
    const open = async (
      object: ObjectDefinition,
      change: Partial<TargetRequest> = {},
    ): Promise<Opened> => {
      const { removal = 'nothing', mode = object.modes[0] ?? 'upsert' } = change;
      const { name, options = {} } = await server.makeObject(object, { removal, mode });
      const opened = await destination.open(
        {
          object: name,
          mode,
          removal,
          key: form.key,
          fields: form.fields,
          set: [],
          options,
          tag: { workspaceId: 'w', syncId: 's', runId: 'r' },
          lastCheck: () => undefined,
          ...change,
        },
        never,
      );
      const target = batchTarget(opened);
      const sent = { ...form, fields: change.fields ?? form.fields };
      return { name, target, send: sender(target, sent) };
    };

    it('answers a check, and tells wrong credentials from a host that is not there', async () => {
      await expect(destination.check(never)).resolves.toBeUndefined();
      const refused = connect(server.settings, server.wrongSecrets);
      await expect(refused.check(never)).rejects.toMatchObject({
        kind: 'CONFIG',
        code: 'destination.auth_failed',
      });
      const absent = connect(server.absent);
      await expect(absent.check(never)).rejects.toMatchObject({
        kind: 'TRANSIENT',
        code: 'destination.unreachable',
      });
      await refused.close();
      await absent.close();
    });

    const lines = (records: readonly ContractRecord[]): string[] =>
      records.map((each) => form.keyTexts(each).join('\t'));
    const finderOf = (wish: FinderRequest): Promise<Finder> => {
      expect(destination.openFinder).toBeDefined();
      return destination.openFinder?.(wish, never) ?? Promise.reject(new TypeError('no lookups'));
    };

    /** A new object, opened for finding its records by their key. */
    const openFinder = async (
      object: ObjectDefinition,
      change: Partial<FinderRequest>,
    ): Promise<{ name: string; finder: Finder }> => {
      const { name, options = {} } = await server.makeObject(object, {
        removal: 'nothing',
        mode: object.modes[0] ?? 'upsert',
      });
      const wish = { ...finderRequest(form), object: name, options, ...change };
      return { name, finder: await finderOf(wish) };
    };

    /** As the engine does: a batch that is refused as a whole is sent row by row; nothing of it may have been taken. */
    const bisect = async (
      { name, target, send }: Opened,
      batch: Sent,
    ): Promise<{ outcomes: Outcome[]; taken: ContractRecord[][] }> => {
      const outcomes: Outcome[] = [];
      const taken: ContractRecord[][] = [];
      for (const rows of parted(batch.rows, target.maxRows)) {
        const before = await server.records(name);
        const whole = await send({ ...batch, rows }).catch(refusalOf);
        if (!(whole instanceof Failure)) {
          outcomes.push(...whole);
          continue;
        }
        const after = await server.records(name);
        taken.push(after.filter((each) => !before.some((had) => keyOf(had) === keyOf(each))));
        if (rows.length === 1) outcomes.push({ kind: 'rejected', failure: whole });
        else
          for (const each of rows)
            outcomes.push(
              ...(await bisect({ name, target, send }, { ...batch, rows: [each] })).outcomes,
            );
      }
      return { outcomes, taken: taken.filter((records) => records.length > 0) };
    };

    const offers = definition.objects.flatMap((object) =>
      object.modes.flatMap((mode) =>
        object.removals
          .filter((removal) => mode !== 'replace' || removal === 'nothing')
          .map((removal) => ({ object, mode, removal, label: object.label })),
      ),
    );
    it.each(offers)('$label: $mode, removing by $removal', async ({ object, mode, removal }) => {
      const set =
        removal === 'set'
          ? [{ name: form.fields[0]!.name, type: 'text' as const, text: "it's gone" }]
          : [];
      const { name, target, send } = await open(object, { mode, removal, set });
      const known = ['create', 'update', 'replace'].includes(mode) ? [c] : [];
      await server.seed(name, mode === 'replace' ? [c, record('gone', '1')] : known);
      const expected = new Map(known.map((each) => [keyOf(each), each]));
      const added = mode === 'append' ? [a, b] : [a, b, { ...c, name: 'new' }];
      await carryOut({ kind: kindOf(mode), change: 'added', rows: added });
      if (mode === 'upsert' || mode === 'mirror' || mode === 'update')
        await carryOut({
          kind: kindOf(mode),
          change: 'changed',
          rows: [{ ...c, name: null, score: '7' }],
        });
      if (removal !== 'nothing')
        await carryOut({ kind: removal, change: 'removed', rows: [b, record('nobody', '9')] });
      // A result that is replaced as a whole shows nothing before its end.
      const before = target.finish && (await server.records(name));
      expect(before?.map(({ region }) => region)).toEqual(target.finish && ['gone', 'us']);
      await target.finish?.(never);
      expect(await server.records(name)).toEqual([...expected.values()].sort(byKey));
      await target.close();

      async function carryOut(batch: Sent): Promise<void> {
        const outcomes = await send(batch);
        const foretold = batch.rows.map((row) => apply(expected, batch.kind, row));
        expect(outcomes.map(({ kind }) => kind)).toEqual(foretold);
        // What is safe to repeat has, sent twice, the effect of one.
        if (target.isRepeatable(batch.kind, batch.change)) await send(batch);
      }
    });

    for (const object of definition.objects) {
      const mode = object.modes.includes('upsert') ? 'upsert' : object.modes[0]!;
      const kind = kindOf(mode);
      const added = (rows: ContractRecord[]): Sent => ({ kind, change: 'added', rows });

      // What is appended has no field that could be left as it is.
      const isFeed = object.modes.every((each) => each === 'append');
      it.skipIf(isFeed)(
        `${object.label}: an omitted NULL leaves a field as it is, a sent one clears it`,
        async () => {
          const omitting: TargetField[] = form.fields.map((field) => ({ ...field, nulls: 'omit' }));
          if (server.isWhole?.(object.name))
            return expectOmitRefused(open(object, { mode, fields: omitting }));
          const { name, target, send } = await open(object, { mode, fields: omitting });
          await send(added([a, b]));
          await send({ kind, change: 'changed', rows: [{ ...a, name: null, score: '5' }] });
          expect(await server.records(name)).toEqual([{ ...a, score: '5' }, b]);
          await target.close();
        },
      );

      it(`${object.label}: one bad row is found, and costs no other`, async () => {
        const opened = await open(object, { mode });
        const { name, target } = opened;
        const bad = record('eu', '13', 'secret-4711', '-5');
        const rows = [a, bad, c];
        const { outcomes, taken } = await bisect(opened, added(rows));
        expect(outcomes.map(({ kind: what }) => what)).toEqual([
          'accepted',
          'rejected',
          'accepted',
        ]);
        expect(taken).toEqual([]);
        const [, failed] = outcomes;
        const alone = failed?.kind === 'rejected' ? failed.failure : undefined;
        expect(alone).toMatchObject({
          kind: 'REJECTED',
          vendorCode: expect.stringMatching(/^[A-Z0-9_]{3,64}$/),
        });
        expect(alone?.message).not.toMatch(/4711|13|-5/);
        expect(await server.records(name)).toEqual([a, c]);
        await target.close();
      });

      it(`${object.label}: writes nothing once the last check says no (invariant 4)`, async () => {
        const over = new Failure('CANCELLED', 'lease.lost', 'Somebody else has it.');
        let isOver = false;
        const lastCheck = (): void => {
          if (isOver) throw over;
        };
        const { name, target, send } = await open(object, { mode, lastCheck });
        await send(added([a]));
        isOver = true;
        await expect(send(added([b]))).rejects.toMatchObject({ code: 'lease.lost' });
        await expect(
          send({ kind, change: 'changed', rows: [{ ...a, name: 'late' }] }),
        ).rejects.toMatchObject({ code: 'lease.lost' });
        expect(await server.records(name)).toEqual([a]);
        isOver = false;
        await send(added([c]));
        expect(await server.records(name)).toEqual([a, c]);
        await target.close();
      });

      it(`${object.label}: says that the line was cut, and goes on with another`, async () => {
        const { name, target, send } = await open(object, { mode });
        await send(added([a]));
        for (const when of ['before', 'after'] as const) {
          await server.cut(name, when);
          await expect(send(added([b]))).rejects.toMatchObject({
            kind: 'TRANSIENT',
            code: 'destination.no_answer',
          });
        }
        if (
          target.isRepeatable(kind, 'added') ||
          !(await server.records(name)).some(({ id }) => id === '2')
        )
          await send(added([b]));
        expect(await server.records(name)).toEqual([a, b]);
        await target.close();
      });

      it(`${object.label}: says what became of rows without an answer, if it says so at all`, async () => {
        const { name, target } = await open(object, { mode });
        const batch = batchOf(added([b]), 3, form);
        const sent = (): Promise<unknown> => target.deliver(batch, never).catch(failureOf);
        const recalled = async (): Promise<unknown> => target.recall?.(batch, never, new Date(0));
        expect(await recalled()).toEqual(target.recall && [undefined]);
        await server.cut(name, 'before');
        expect(await sent()).toMatchObject({ code: 'destination.no_answer' });
        expect(await recalled()).toEqual(target.recall && [undefined]);
        await server.cut(name, 'after');
        expect(await sent()).toMatchObject({ code: 'destination.no_answer' });
        expect(await recalled()).toEqual(target.recall && [{ kind: 'accepted' }]);
        expect(await server.records(name)).toEqual([b]);
        await target.close();
      });

      it.runIf(definition.lookups)(
        `${object.label}: finds the one record that is meant`,
        async () => {
          const { name, finder } = await openFinder(object, { returns: form.fields[0]!.name });
          await server.seed(name, [a, b, { ...c, name: null }]);
          const asked = [a, c, record('us', '2'), b];
          expect(await ask({ finder, how: 'find', form }, lines(asked))).toEqual([
            { kind: 'found', text: a.name },
            { kind: 'found', text: null },
            { kind: 'missing' },
            { kind: 'found', text: b.name },
          ]);
          await finder.close();
          const match = [form.region];
          const request = { ...finderRequest(form), object: name, match, returns: form.id };
          const vague = await finderOf(request);
          expect(
            await ask({ finder: vague, how: 'find', form, match }, ['eu', 'us', 'nowhere']),
          ).toMatchObject([{ kind: 'many' }, { kind: 'found', text: '1' }, { kind: 'missing' }]);
          await vague.close();
        },
      );

      it.runIf(definition.lookups)(
        `${object.label}: says that a lookup got no answer, and asks again`,
        async () => {
          const { name, finder } = await openFinder(object, { returns: form.fields[0]!.name });
          const asked = lines([b]);
          await server.seed(name, [b]);
          await server.cut(name, 'before');
          await expect(ask({ finder, how: 'find', form }, asked)).rejects.toMatchObject({
            kind: 'TRANSIENT',
            code: 'destination.no_answer',
          });
          expect(await ask({ finder, how: 'find', form }, asked)).toEqual([
            { kind: 'found', text: b.name },
          ]);
          const cancel = new AbortController();
          const { held, release } = await server.hold(name);
          const waiting = ask({ finder, how: 'find', form }, asked, cancel.signal).catch(
            (error: unknown) => error,
          );
          await held();
          cancel.abort(new Error('cancelled by the test'));
          expect(await waiting).toMatchObject({ message: 'cancelled by the test' });
          await release();
          await finder.close();
        },
      );

      it.runIf(definition.lookups === 'create')(
        `${object.label}: makes what a lookup misses`,
        async () => {
          const returns = form.key.at(-1)?.name ?? '';
          const { name, finder } = await openFinder(object, { returns, creates: true });
          await server.seed(name, [a]);
          const missing = [record('us', '7'), record('eu', '8')];
          const made = await ask({ finder, how: 'create', form }, lines(missing));
          expect(made).toEqual(
            missing.map((each) => ({ kind: 'found', text: form.keyTexts(each).at(-1) })),
          );
          // What others made meanwhile is taken as it is.
          if (finder.isRepeatable)
            await ask({ finder, how: 'create', form }, lines([record('us', '7'), a]));
          expect(await server.records(name)).toEqual([
            a,
            record('eu', '8', null, null),
            record('us', '7', null, null),
          ]);
          await finder.close();
        },
      );

      it(`${object.label}: stops waiting when it is cancelled`, async () => {
        const { name, target } = await open(object, { mode });
        const cancel = new AbortController();
        const { held, release } = await server.hold(name);
        const sending = sender(target, form, cancel.signal)(added([a]));
        const failed = sending.catch((error: unknown) => error);
        await held();
        cancel.abort(new Error('cancelled by the test'));
        expect(await failed).toMatchObject({ message: 'cancelled by the test' });
        await release();
        await target.close();
      });
    }
  });
}

const expectOmitRefused = (opening: Promise<Opened>): Promise<void> =>
  expect(opening).rejects.toMatchObject({ kind: 'CONFIG', code: 'destination.omit_unfit' });

const finderRequest = ({ key, id }: Form): FinderRequest => ({
  object: '',
  match: key,
  returns: id,
  creates: false,
  options: {},
  tag: { workspaceId: 'w', syncId: 's', runId: 'r' },
  lastCheck: () => undefined,
});

interface Asked {
  finder: Finder;
  how: 'find' | 'create';
  form: Form;
  match?: readonly TargetField[];
}

/** Asks in batches no larger than the finder wants. */
async function ask(
  { finder, how, form, match = form.key }: Asked,
  lines: readonly string[],
  signal = never,
): Promise<Found[]> {
  const found: Found[] = [];
  for (const part of parted(lines, finder.maxRows)) {
    const bytes = Buffer.from(part.map((line) => `${line}\n`).join(''));
    found.push(...(await finder[how](makeMatchBatch(match, bytes, part.length), signal)));
  }
  return found.map((one) =>
    one.kind === 'found' && one.text !== null && finder.type === 'json'
      ? { ...one, text: String(JSON.parse(one.text)) }
      : one,
  );
}

interface Sent {
  kind: OperationKind;
  change: 'added' | 'changed' | 'removed';
  rows: readonly ContractRecord[];
}
interface Opened {
  name: string;
  target: Target;
  send: Send;
}
type Send = (batch: Sent) => Promise<Outcome[]>;

/** Sends in batches no larger than the target wants. */
function sender(target: Target, form: Form, signal = never): Send {
  // A name is one row's for ever, and no other's: what is sent again has the names that it had.
  const firsts = new Map<Sent, number>();
  let next = 100;
  return async (sent) => {
    const { kind, change, rows } = sent;
    let from = firsts.get(sent) ?? next;
    firsts.set(sent, from);
    next = Math.max(next, from + rows.length);
    const outcomes: Outcome[] = [];
    for (const part of parted(rows, target.maxRows)) {
      const batch = batchOf({ kind, change, rows: part }, from, form);
      from += part.length;
      outcomes.push(...(await target.deliver(batch, signal)));
    }
    return outcomes;
  };
}

function batchOf(
  { kind, change, rows }: Sent,
  from: number,
  { key, fields, keyTexts }: Form,
): Batch {
  // Bytes and no more: the engine promises no Buffer.
  const lines = Uint8Array.from(
    linesOf(rows.map((each) => [...keyTexts(each), each.name, each.score])),
  );
  const place = { attempt: 'r.1', from };
  return makeBatch({ kind, change, key, fields, lines, size: rows.length, ...place });
}

function parted<T>(rows: readonly T[], size: number): T[][] {
  const count = Math.ceil(rows.length / size);
  return Array.from({ length: count }, (_, n) => rows.slice(n * size, (n + 1) * size));
}

function refusalOf(error: unknown): Failure {
  if (error instanceof Failure && error.kind === 'REJECTED') return error;
  throw error;
}

function kindOf(mode: Mode): OperationKind {
  return mode === 'mirror' || mode === 'replace' ? 'upsert' : mode;
}

/** What an operation does to the records, and what the destination says of it. */
function apply(
  records: Map<string, ContractRecord>,
  kind: OperationKind | RemovalAction,
  row: ContractRecord,
): Outcome['kind'] {
  const had = records.get(keyOf(row));
  if ((kind === 'update' && !had) || (kind === 'create' && had)) return 'skipped';
  if (kind === 'delete') records.delete(keyOf(row));
  else if (kind === 'clear' && had) records.set(keyOf(row), { ...had, name: null, score: null });
  else if (kind === 'set' && had) records.set(keyOf(row), { ...had, name: "it's gone" });
  else if (!['clear', 'set', 'archive'].includes(kind)) records.set(keyOf(row), row);
  return 'accepted';
}

const keyOf = ({ region, id }: Pick<ContractRecord, 'region' | 'id'>): string => `${region} ${id}`;
const byKey = (x: ContractRecord, y: ContractRecord): number => (keyOf(x) < keyOf(y) ? -1 : 1);

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isBulk } from '../connector/destination.js';
import type {
  BulkTarget,
  DestinationConnection,
  DestinationDefinition,
  Load,
  Mode,
  ObjectDefinition,
  OperationKind,
  RemovalAction,
  TargetField,
  TargetRequest,
} from '../connector/destination.js';
import { linesOf } from '../connector/lines.js';
import { readSettings } from '../connector/settings.js';
import type { RawSettings } from '../connector/settings.js';
import { openDuck, quoteName, quoteText } from '../duck/duck.js';
import type { Duck } from '../duck/duck.js';
import { Failure } from '../failure.js';
import type { LoadColumn } from '../sync/load-columns.js';
import { writeLoadFile } from '../sync/load-file.js';
import type { ContractRecord } from './destination-contract.js';

/** A real server of a destination whose rows are files, and what the contract has to see and do there. */
export interface FileServer {
  settings: RawSettings;
  secrets: Record<string, string>;
  /** Settings of which nobody listens. */
  absent: RawSettings;
  wrongSecrets: Record<string, string>;
  makeObject(
    object: ObjectDefinition,
    how: { removal: RemovalAction; mode: Mode },
  ): { name: string; options: RawSettings };
  /** What a reader has who knows nothing but what is finished, in the order of region and id. */
  records(object: string): Promise<ContractRecord[]>;
  /** How many files there are, finished or not. */
  files(object: string): Promise<number>;
  /** The next file is taken, and the line is cut before the answer; or `before` it is taken. */
  cut(when: 'before' | 'after'): void;
  /** The next file gets no answer; resolves when one waits for it. */
  hold(): Promise<void>;
  close(): Promise<void>;
}

const never = new AbortController().signal;
const key: TargetField[] = [
  { name: 'region', type: 'text', nulls: 'send' },
  { name: 'id', type: 'integer', nulls: 'send' },
];
const fields: TargetField[] = [
  { name: 'name', type: 'text', nulls: 'send' },
  { name: 'score', type: 'integer', nulls: 'send' },
];
const record = (region: string, id: string, name: string | null = `${region} ${id}`) => ({
  region,
  id,
  name,
  score: '1',
});
const a = record('eu', '1', `it's "a"\t\\N\nż🙂`);
const b = record('eu', '2');
const c = record('us', '1');

interface Sent {
  kind: OperationKind;
  change: Load['change'];
  rows: readonly ContractRecord[];
}

/** What every destination must do that takes files and shows them at once. */
export function fileDestinationContract(
  definition: DestinationDefinition,
  openServer: () => Promise<FileServer>,
): void {
  describe(`${definition.name} keeps the contract of a destination of files`, () => {
    let server: FileServer;
    let destination: DestinationConnection;
    let duck: Duck;
    let directory: string;
    let attempts = 0;
    const connect = (settings = server.settings, secrets = server.secrets): DestinationConnection =>
      definition.open({ settings: readSettings(definition.settings, settings), secrets });

    beforeAll(async () => {
      directory = await mkdtemp(join(tmpdir(), 'drawbridge-files-'));
      duck = await openDuck({ directory, memoryMiB: 128 });
      server = await openServer();
      destination = connect();
    });
    afterAll(async () => {
      await destination.close();
      await server.close();
      duck.close();
      await rm(directory, { recursive: true, force: true });
    });

    const [object] = definition.objects;
    if (!object) throw new TypeError('The destination has no object.');

    /** An attempt at a run; with a name, that of an earlier one. */
    const open = async (
      change: Partial<TargetRequest> & { removal?: RemovalAction; again?: number } = {},
    ): Promise<{ name: string; target: BulkTarget; attempt: number }> => {
      const { removal = 'nothing', mode = 'upsert', again, ...rest } = change;
      const made = server.makeObject(object, { removal, mode });
      const attempt = again ?? (attempts += 1);
      const startedAt = new Date(Date.UTC(2026, 0, 2, 3, 4, attempt));
      const target = await destination.open(
        {
          mode,
          removal,
          key,
          fields,
          set: [],
          tag: { workspaceId: 'w', syncId: 's', runId: 'r' },
          naming: { syncName: 'people', startedAt, attempt: `r.${attempt}` },
          lastCheck: () => undefined,
          ...rest,
          object: rest.object ?? made.name,
          options: { ...made.options, ...rest.options },
        },
        never,
      );
      if (!isBulk(target)) throw new TypeError('The target takes no files.');
      return { name: rest.object ?? made.name, target, attempt };
    };

    let loads = 0;
    const load = async (target: BulkTarget, { kind, change, rows }: Sent): Promise<Load> => {
      const number = (loads += 1);
      const path = join(directory, `load-${number}`);
      await stage(duck, rows);
      const written = await writeLoadFile(duck, {
        rows: { from: 'staged', columns, change },
        format: target.format,
        range: { from: 0, to: rows.length },
        path,
      });
      const names = columns.map(({ name }) => name);
      const place = { path, folder: directory, number, idempotencyKey: `r.${change}.${number}` };
      return { kind, change, size: written.rows, bytes: written.bytes, keyColumns: names.slice(0, 2), columns: names, ...place }; // prettier-ignore
    };

    /** As the engine does it. */
    const send = async (target: BulkTarget, sent: Sent): Promise<void> => {
      if (target.takes?.(sent.kind, sent.change) === false) return;
      const made = await load(target, sent);
      const job = await target.create(made, never);
      expect(job).toMatch(/^[\x21-\x7e]{1,1000}$/);
      expect(await target.create(made, never)).toBe(job);
      expect(await target.look(job, never)).toEqual({ kind: 'empty' });
      await target.submit(job, made, never);
      await target.submit(job, made, never);
      expect(await target.look(job, never)).toEqual({ kind: 'over' });
      expect(await target.results(job, made, never)).toBe('accepted');
    };
    const added = (rows: readonly ContractRecord[]): Sent => ({
      kind: 'upsert',
      change: 'added',
      rows,
    });

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

    const offers = object.modes.flatMap((mode) =>
      object.removals
        .filter((removal) => removal === 'nothing' || mode === 'mirror' || mode === 'upsert')
        .map((removal) => ({ mode, removal })),
    );
    it.each(offers)('$mode, removing by $removal', async ({ mode, removal }) => {
      const kind = mode === 'append' ? 'append' : 'upsert';
      const first = await open({ mode, removal });
      await send(first.target, { kind, change: 'added', rows: [a, b, c] });
      expect(await server.records(first.name)).toEqual([]);
      await first.target.finish?.(never);
      await first.target.close();
      expect(await server.records(first.name)).toEqual([a, b, c]);
      const { name } = first;
      const { target } = await open({ mode, removal, object: name });
      const next = record('us', '7');
      const other = { ...c, name: null };
      await send(target, { kind, change: 'added', rows: [next] });
      if (mode !== 'append') await send(target, { kind, change: 'changed', rows: [other] });
      if (removal !== 'nothing' || mode === 'replace')
        await send(target, { kind: 'delete', change: 'removed', rows: [b] });
      expect(await server.records(name)).toEqual([a, b, c]);
      await target.finish?.(never);
      await target.close();
      const left = mode === 'replace' ? [] : removal === 'nothing' ? [a, b] : [a];
      expect(await server.records(name)).toEqual(
        mode === 'append' ? [a, b, c, next] : [...left, other, next],
      );
    });

    it('shows nothing of what is not finished, and removes it', async () => {
      const { name, target } = await open();
      await send(target, added([a]));
      expect(await server.files(name)).toBe(1);
      await target.close();
      expect(await server.files(name)).toBe(0);
    });

    it.each(['before', 'after'] as const)('says so when the line is cut %s', async (when) => {
      const { name, target } = await open();
      const made = await load(target, added([a]));
      const job = await target.create(made, never);
      server.cut(when);
      await expect(target.submit(job, made, never)).rejects.toMatchObject({
        kind: 'TRANSIENT',
        code: 'destination.no_answer',
      });
      expect(await target.look(job, never)).toEqual({ kind: when === 'after' ? 'over' : 'empty' });
      if (when === 'before') await target.submit(job, made, never);
      await target.results(job, made, never);
      await target.finish?.(never);
      await target.close();
      expect(await server.records(name)).toEqual([a]);
    });

    it('finishes nothing once the last check says no (invariant 4)', async () => {
      const over = new Failure('CANCELLED', 'lease.lost', 'Somebody else has it.');
      const lastCheck = (): void => {
        throw over;
      };
      const { name, target } = await open({ lastCheck });
      await send(target, added([a]));
      await expect(target.finish?.(never)).rejects.toMatchObject({ code: 'lease.lost' });
      expect(await server.records(name)).toEqual([]);
      await target.close();
    });

    it('stops waiting when it is cancelled', async () => {
      const { target } = await open();
      const made = await load(target, added([a]));
      const cancel = new AbortController();
      const held = server.hold();
      const job = await target.create(made, never);
      const sending = target.submit(job, made, cancel.signal).catch((error: unknown) => error);
      await held;
      cancel.abort(new Error('cancelled by the test'));
      expect(await sending).toMatchObject({ message: 'cancelled by the test' });
      await target.close();
    });

    it('knows afterwards whether an attempt was finished, and tidies up one that was not', async () => {
      const killed = await open();
      await send(killed.target, added([a]));
      const { name, attempt } = killed;
      const asked = await open({ object: name, again: attempt });
      expect(await asked.target.wasFinished?.(never)).toBe(false);
      expect(await server.files(name)).toBe(0);
      await asked.target.close();
      const { target, attempt: second } = await open({ object: name });
      await send(target, added([b]));
      await target.finish?.(never);
      const files = await server.files(name);
      const later = await open({ object: name, again: second });
      expect(await later.target.wasFinished?.(never)).toBe(true);
      await later.target.close();
      expect(await server.files(name)).toBe(files);
      expect(await server.records(name)).toEqual([b]);
    });
  });
}

const columns: LoadColumn[] = [...key, ...fields].map(({ name, type }) => ({
  name,
  type,
  sql: quoteName(name),
  omitsNull: false,
}));

async function stage(duck: Duck, rows: readonly ContractRecord[]): Promise<void> {
  await duck.run(`create or replace table staged
    (ord ubigint, region varchar, id varchar, name varchar, score varchar)`);
  const values = rows.map(({ region, id, name, score }, ord) => {
    const line = Buffer.from(linesOf([[region, id, name, score]]))
      .toString()
      .slice(0, -1);
    const texts = line.split('\t').map((field) => (field === '\\N' ? 'null' : quoteText(field)));
    return `(${ord}, ${texts.join(', ')})`;
  });
  await duck.run(`insert into staged values ${values.join(', ')}`);
}

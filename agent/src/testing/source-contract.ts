import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { textsOf } from '../connector/lines.js';
import { readSettings } from '../connector/settings.js';
import type { RawSettings } from '../connector/settings.js';
import type {
  RowStream,
  SourceConnection,
  SourceDefinition,
  SourceQuery,
} from '../connector/source.js';

/** A real server, and what the contract needs to do there behind the connector's back. */
export interface SourceServer {
  settings: RawSettings;
  secrets: Record<string, string>;
  /** Settings of which nobody listens. */
  absent: RawSettings;
  /** Secrets that the server refuses. */
  wrongSecrets: Record<string, string>;
  /** Makes a table with the integer column `id` and text columns of these names. */
  makeTable(names: readonly string[], rows: readonly (string | null)[][]): Promise<string>;
  /** Queries with the column `id`. `failing` gives many rows first, then fails on a row with `secret` in its text. */
  queries: { wrong: string; failing: string; writing: string; endless: string; large: string };
  secret: string;
  /** Resolves when the server waits for the reader to read on. */
  stalled(): Promise<void>;
  /** Resolves when no session of the connector is there any more. */
  idle(): Promise<void>;
  close(): Promise<void>;
}

const tag = {
  workspaceId: '00000000-0000-4000-8000-000000000001',
  syncId: '00000000-0000-4000-8000-000000000002',
  runId: '00000000-0000-4000-8000-000000000003',
};
const never = new AbortController().signal;
/** Bytes that a stream may hold for a reader that doesn't read. */
const heldBytes = 32 << 20;

/** What every source must do, whatever is behind it. */
export function sourceContract(
  definition: SourceDefinition,
  openServer: () => Promise<SourceServer>,
): void {
  describe(`${definition.name} keeps the contract of a source`, () => {
    let server: SourceServer;
    let source: SourceConnection;

    const connect = (settings = server.settings, secrets = server.secrets): SourceConnection =>
      definition.open({ settings: readSettings(definition.settings, settings), secrets });
    const query = (
      model: SourceQuery['model'],
      columns: readonly string[],
      signal = never,
    ): Promise<RowStream> => source.query({ model, columns, tag }, signal);

    beforeAll(async () => {
      server = await openServer();
      source = connect();
    });
    afterAll(async () => {
      await source.close();
      await server.idle();
      await server.close();
    });

    it('answers a check', async () => {
      await expect(source.check(never)).resolves.toBeUndefined();
    });

    it('gives every text as canonical lines, and NULL apart from all of them', async () => {
      const texts = [
        '',
        ' ',
        '\\N',
        'a\tb',
        'a\nb',
        'a\r\nb',
        '\b\f\v',
        'back\\slash',
        `'"`,
        'ż雪🙂',
      ];
      const rows = [...texts, null].map((text, n) => [String(n), text]);
      const table = await server.makeTable(['note'], rows);
      const stream = await query({ table }, ['id', 'note']);
      expect(stream.columns.map(({ name, type }) => [name, type])).toEqual([
        ['id', 'integer'],
        ['note', 'text'],
      ]);
      expect(byId(textsOf(await all(stream)))).toEqual(rows);
    });

    it('reads the columns that it is asked for, in that order, whatever they are called', async () => {
      const names = ['Upper "quoted"', 'select', 'ümlaut', "it's", 'a b'];
      const table = await server.makeTable(names, [['1', ...names]]);
      const asked = [...names.toReversed(), 'id'];
      const stream = await query({ table }, asked);
      expect(stream.columns.map(({ name }) => name)).toEqual(asked);
      expect(textsOf(await all(stream))).toEqual([[...names.toReversed(), '1']]);
    });

    it('gives an empty result as no lines', async () => {
      const table = await server.makeTable(['note'], []);
      expect(await all(await query({ table }, ['id', 'note']))).toHaveLength(0);
    });

    it('names a column that is not there', async () => {
      const table = await server.makeTable(['note'], []);
      await expect(query({ table }, ['id', 'nope'])).rejects.toMatchObject({
        kind: 'CONFIG',
        code: 'source.column_missing',
        detail: expect.stringContaining('nope'),
      });
    });

    it('says that a query is wrong before the first row', async () => {
      await expect(query({ sql: server.queries.wrong }, ['id'])).rejects.toMatchObject({
        kind: 'CONFIG',
        code: 'source.invalid',
      });
    });

    it('never ends quietly when the query breaks half way, and quotes no value', async () => {
      const stream = await query({ sql: server.queries.failing }, ['id']);
      const failure = await all(stream).then(
        () => undefined,
        (error: unknown) => error,
      );
      expect(failure).toMatchObject({ name: 'Failure', kind: 'REJECTED', code: 'source.rejected' });
      expect((failure as Error).message).not.toContain(server.secret);
      expect((failure as { detail: string }).detail).toContain(server.secret);
    });

    it('can write nothing', async () => {
      const written = query({ sql: server.queries.writing }, ['id']).then(all);
      await expect(written).rejects.toMatchObject({ kind: 'CONFIG' });
    });

    it('holds little while nobody reads, and loses nothing of it', async () => {
      const stream = await query({ sql: server.queries.large }, ['id']);
      const before = heldNow();
      const chunks = stream.chunks[Symbol.asyncIterator]();
      const first = await chunks.next();
      await server.stalled();
      await vi.waitFor(() => expect(heldNow() - before).toBeLessThan(heldBytes), 10_000);
      let bytes = 0;
      let lines = 0;
      for (let next = first; !next.done; next = await chunks.next()) {
        bytes += next.value.length;
        for (let at = next.value.indexOf(10); at >= 0; at = next.value.indexOf(10, at + 1))
          lines += 1;
      }
      expect(bytes).toBeGreaterThan(2 * heldBytes);
      expect(lines).toBe(100_000);
    });

    it('stops at once when it is cancelled, and so does the server', async () => {
      const cancel = new AbortController();
      const stream = await query({ sql: server.queries.endless }, ['id'], cancel.signal);
      const reading = all(stream);
      cancel.abort(new Error('cancelled by the test'));
      await expect(reading).rejects.toThrow('cancelled by the test');
      await server.idle();
    });

    it('leaves no session behind when the reader walks away', async () => {
      const stream = await query({ sql: server.queries.large }, ['id']);
      for await (const _ of stream.chunks) break;
      await expect(server.idle()).resolves.toBeUndefined();
    });

    it('leaves no session behind when the rows are never read', async () => {
      const stream = await query({ sql: server.queries.large }, ['id']);
      await stream.close();
      await expect(server.idle()).resolves.toBeUndefined();
    });

    it('tells wrong credentials from a host that is not there', async () => {
      await expect(
        connect(server.settings, server.wrongSecrets).check(never),
      ).rejects.toMatchObject({
        kind: 'CONFIG',
        code: 'source.auth_failed',
      });
      await expect(connect(server.absent).check(never)).rejects.toMatchObject({
        kind: 'TRANSIENT',
        code: 'source.unreachable',
      });
    });
  });
}

/** Bytes of buffers that somebody holds; what nobody does, a server's own among them, goes with the next collections. */
function heldNow(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage().arrayBuffers;
}

/** The lines of a whole stream. */
export async function all({ chunks }: RowStream): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks) parts.push(Buffer.from(chunk));
  return Buffer.concat(parts);
}

function byId(rows: (string | null)[][]): (string | null)[][] {
  return rows.toSorted((a, b) => Number(a[0]) - Number(b[0]));
}

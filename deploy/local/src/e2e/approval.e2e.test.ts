import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { peopleSync } from '../testing/people-sync.js';
import { openWhole } from '../testing/whole.js';
import type { Whole } from '../testing/whole.js';

const bin = fileURLToPath(
  new URL('../../../../control-plane/cli/bin/drawbridge.js', import.meta.url),
);

let whole: Whole;
beforeEach(async () => {
  whole = await openWhole({ postgresUrl: inject('postgresUrl') });
  await whole.warehouse.query(
    `create table person as select id, 'person ' || id as name from generate_series(1, 100) as id`,
  );
  await whole.target.query('create table person (id bigint primary key, name text)');
  const guards = 'guards: { removed: { rows: 10, percent: 10, action: approve } }';
  await whole.apply(peopleSync(whole, 'name: name', { sync: guards }));
});
afterEach(() => whole.close());

interface Said {
  code: number;
  out: string;
  err: string;
}

/** The command line as a script has it, against the product. */
async function drawbridge(...args: string[]): Promise<Said> {
  const { url, apiKey } = whole.product;
  const env = { PATH: '', DRAWBRIDGE_URL: url, DRAWBRIDGE_TOKEN: apiKey };
  const child = spawn(process.execPath, [bin, ...args], { env });
  const said = { out: '', err: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said.out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said.err += text));
  const [code] = (await once(child, 'close')) as [number];
  return { code, ...said };
}

interface ShownRun {
  id: string;
  state: string;
  planDigest: string | null;
  heldBy: string[];
  counts: Record<string, number>;
}

async function run(...args: string[]): Promise<ShownRun & { code: number }> {
  const { code, out } = await drawbridge(...args, '--wait', '--json');
  return { ...(JSON.parse(out) as ShownRun), code };
}

const rowsIn = async (): Promise<number> => {
  const { rows } = await whole.target.query<{ n: number }>('select count(*)::int as n from person');
  return rows[0]!.n;
};
const leave = (from: number) => whole.warehouse.query('delete from person where id >= $1', [from]);

describe('a plan that a guard holds', () => {
  it('is sent when it is approved, and only as much of it as was approved', async () => {
    expect(await run('run', 'people')).toMatchObject({ code: 0, counts: { sent: 100 } });
    await leave(61);
    const held = await run('run', 'people');
    expect(held).toMatchObject({
      code: 3,
      state: 'waiting_approval',
      heldBy: ['removed'],
      counts: { removed: 40, withheld: 40, sent: 0 },
    });
    expect(await rowsIn()).toBe(100);
    const { out } = await drawbridge('show', held.id);
    expect(out).toContain('Held by the guard on removed rows: 40 rows would be removed');
    expect(out).toContain(`drawbridge approve ${held.id}`);

    await leave(41);
    const grown = await run('approve', held.id);
    expect(grown).toMatchObject({
      code: 3,
      id: held.id,
      state: 'waiting_approval',
      counts: { removed: 60 },
    });
    expect(grown.planDigest).not.toBe(held.planDigest);
    expect(await rowsIn()).toBe(100);

    expect(await run('approve', held.id)).toMatchObject({
      code: 0,
      id: held.id,
      state: 'succeeded',
      counts: { removed: 60, sent: 60 },
    });
    expect(await rowsIn()).toBe(40);
    expect(await run('run', 'people')).toMatchObject({ code: 0, counts: { unchanged: 40 } });
    expect(await drawbridge('approve', held.id)).toMatchObject({ code: 0 });
  });

  it('is left when it is cancelled, and the next run waits again', async () => {
    await run('run', 'people');
    await leave(61);
    const held = await run('run', 'people');
    expect((await drawbridge('cancel', held.id)).out).toContain('is cancelled');
    expect(await drawbridge('approve', held.id)).toMatchObject({ code: 1 });
    expect(await run('run', 'people')).toMatchObject({ code: 3, state: 'waiting_approval' });
    expect(await rowsIn()).toBe(100);
  });
});

describe('a run that is asked for less', () => {
  it('sends a canary first, and the rest in the next run', async () => {
    expect(await run('run', 'people', '--canary', '5')).toMatchObject({
      code: 3,
      counts: { added: 100, sent: 5, pending: 95 },
    });
    expect(await rowsIn()).toBe(5);
    const { code, out } = await drawbridge('resume', 'people', '--json');
    expect({ code, said: JSON.parse(out) }).toMatchObject({ code: 0, said: { pausedAt: null } });
    expect(await run('run', 'people')).toMatchObject({ code: 0, counts: { sent: 95 } });
  });

  it('takes back what another run sent, after a dry run that says what it would do', async () => {
    await run('run', 'people');
    await whole.warehouse.query(`update person set name = 'wrong' where id <= 7`);
    const wrong = await run('run', 'people');
    expect(wrong).toMatchObject({ code: 0, counts: { changed: 7 } });
    const blind = await drawbridge('run', 'people', '--undo', wrong.id);
    expect(blind).toMatchObject({ code: 1, out: '' });
    expect(await run('run', 'people', '--undo', wrong.id, '--dry-run')).toMatchObject({
      code: 0,
      counts: { changed: 7, sent: 0 },
    });
    expect(await run('run', 'people', '--undo', wrong.id)).toMatchObject({
      code: 0,
      counts: { changed: 7, sent: 7 },
    });
    const sql = "select id, 'person ' || id as name from generate_series(1, 100) as id";
    expect(await whole.differences(sql, 'select id, name from person')).toBe(0);
    const again = await drawbridge('run', 'people', '--undo', wrong.id, '--full');
    expect(again).toMatchObject({ code: 2, out: '' });
  });
});

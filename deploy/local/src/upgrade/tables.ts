// The rows that travel: a table at the source and one at the destination for each sync, and a record of every change of both.
import pg from 'pg';

/** What each table's sync is; `append` only gets new rows. */
export const modes = ['mirror', 'upsert', 'append', 'replace', 'mirror', 'upsert'] as const;
export type Mode = (typeof modes)[number];

export const tableNames = modes.map((mode, n) => `${mode}_${n + 1}`);

export const modeOf = (table: string): Mode => table.split('_', 1)[0] as Mode;

const rowsAtFirst = 1_000;

/** A version is given once: to one row, by one change. */
const source = (table: string): string => `
  create table ${table} (id bigint primary key, name text not null, version bigint not null);
  create trigger made after insert or update or delete on ${table} for each row execute function made();
  insert into ${table} select n, 'person ' || n, nextval('versions') from generate_series(1, ${rowsAtFirst}) as n;`;

/** Sleeps, so that whoever is stopped is stopped in the middle of something. */
const target = (table: string): string => `
  create table ${table} (id bigint ${modeOf(table) === 'append' ? '' : 'primary key'}, name text, version bigint);
  create trigger made after insert or update or delete on ${table} for each row execute function made();
  create trigger slow after insert or update or delete on ${table} for each statement execute function slow();`;

const record = `
  create sequence versions;
  create table made (sync text not null, op text not null, id bigint not null, version bigint);
  create function made() returns trigger language plpgsql as $$ begin
    if tg_op = 'DELETE' then insert into made values (tg_table_name, 'removed', old.id, null);
    else insert into made values (tg_table_name, 'written', new.id, new.version); end if;
    return null; end $$;
  create function slow() returns trigger language plpgsql as $$ begin perform pg_sleep(0.2); return null; end $$;`;

/** What the mode takes along: rows change, come and, where the sync removes them, go; none twice in one step. */
function change(table: string): string {
  const isAppended = modeOf(table) === 'append';
  const removes = ['mirror', 'replace'].includes(modeOf(table));
  const added = `insert into ${table} select top + n, 'new ' || n, nextval('versions')
    from (select coalesce(max(id), 0) as top from ${table}) as t, generate_series(1, 15) as n;`;
  const changed = `update ${table} set version = nextval('versions')
    where id in (select id from ${table} order by random() limit 30);`;
  const removed = `delete from ${table} where id in (select id from ${table} order by id limit 10);`;
  return [removes ? removed : '', isAppended ? '' : changed, added].join('\n');
}

export class Tables {
  private constructor(
    private readonly sources: pg.Pool,
    private readonly targets: pg.Pool,
  ) {}

  static async open(sourceUrl: string, targetUrl: string): Promise<Tables> {
    const [sources, targets] = [sourceUrl, targetUrl].map(
      (connectionString) => new pg.Pool({ connectionString, max: 4 }),
    ) as [pg.Pool, pg.Pool];
    for (const pool of [sources, targets]) pool.on('error', () => undefined);
    await sources.query(record + tableNames.map(source).join(''));
    await targets.query(record + tableNames.map(target).join(''));
    return new Tables(sources, targets);
  }

  async change(table: string): Promise<void> {
    await this.sources.query(change(table));
  }

  async close(): Promise<void> {
    await Promise.all([this.sources.end(), this.targets.end()]);
  }

  /**
   * What was written more than once, and what never came: changes that were made at the source and not just once at the
   * destination, and rows that are in one of both only.
   */
  async compare(): Promise<{ doubled: number; lost: number; differing: number }> {
    const [made, arrived] = [await countsOf(this.sources), await countsOf(this.targets)];
    let [doubled, lost, differing] = [0, 0, 0];
    for (const key of new Set([...made.keys(), ...arrived.keys()])) {
      const surplus = (arrived.get(key) ?? 0) - (made.get(key) ?? 0);
      if (surplus > 0) doubled += surplus;
      else lost -= surplus;
    }
    for (const table of tableNames) differing += await this.differences(table);
    return { doubled, lost, differing };
  }

  private async differences(table: string): Promise<number> {
    const sql = `select id, name, version from ${table} order by id, version`;
    const [left, right] = await Promise.all([this.sources.query(sql), this.targets.query(sql)]);
    const [there, here] = [left.rows, right.rows].map(
      (rows) => new Set(rows.map((row) => JSON.stringify(row))),
    ) as [Set<string>, Set<string>];
    const missing = [...there].filter((row) => !here.has(row));
    const foreign = [...here].filter((row) => !there.has(row));
    return missing.length + foreign.length;
  }
}

/** How often each change was made. */
async function countsOf(pool: pg.Pool): Promise<Map<string, number>> {
  const { rows } = await pool.query<{ key: string; count: string }>(
    `select concat_ws(' ', sync, op, id, version) as key, count(*) as count from made group by 1`,
  );
  return new Map(rows.map(({ key, count }) => [key, Number(count)]));
}

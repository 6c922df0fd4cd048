import type pg from 'pg';

/** A row as one text, the same wherever it is read. */
export type RowText = string;

const columns = 'id bigint primary key, name text, team int';
/** Refuses rows of one team, where a scenario wants rows to be refused. */
const refusedTeam = 6;

/** An empty warehouse table. */
export async function makeSource(client: pg.Client): Promise<void> {
  await client.query(`drop table if exists person; create table person (${columns})`);
}

/**
 * Empty tables to write to, and a log of everything that was committed in them: written by a trigger, in the
 * transaction of the writer, so it is the truth about what the destination accepted.
 */
export async function makeTarget(client: pg.Client): Promise<void> {
  await client.query(`
    drop table if exists person, event, log, team;
    create table log (seq bigserial primary key, op text, id bigint, name text, team int);
    create table person (${columns}, gone boolean);
    create table event (id bigint, name text, team int);
    create table team (code int unique, id int generated always as (code) stored);
    create or replace function keep_log() returns trigger language plpgsql as $$
      begin
        if tg_op = 'DELETE' then insert into log (op, id) values ('delete', old.id);
        else insert into log (op, id, name, team) values (lower(tg_op), new.id, new.name, new.team);
        end if;
        return null;
      end $$;
    create trigger keep_log after insert or update or delete on person for each row execute function keep_log();
    create trigger keep_log after insert or update or delete on event for each row execute function keep_log()`);
}

/** From now on rows of one team are refused, or not any more. */
export async function setRefusing(client: pg.Client, isRefusing: boolean): Promise<void> {
  await client.query(`alter table person drop constraint if exists refusing`);
  if (isRefusing)
    await client.query(
      `alter table person add constraint refusing check (team <> ${refusedTeam}) not valid`,
    );
}

/** Keeps what the tables hold, under a name. */
export async function keepTables(
  client: pg.Client,
  name: string,
  tables: readonly string[],
): Promise<void> {
  const copies = tables.map((table) => `create table ${name}.${table} as table ${table}`);
  await client.query([`create schema ${name}`, ...copies].join('; '));
}

/** Puts back what was kept; nothing is logged of that. */
export async function putBackTables(
  client: pg.Client,
  name: string,
  tables: readonly string[],
): Promise<void> {
  const fills = tables.map((table) => {
    // The other column of it is computed.
    const named = table === 'team' ? 'code' : '*';
    return `insert into ${table}${table === 'team' ? ' (code)' : ''} select ${named} from ${name}.${table}`;
  });
  await client.query(
    [
      `begin; set local session_replication_role = replica; truncate ${tables.join(', ')}`,
      ...fills,
      ...(tables.includes('log')
        ? [`select setval('log_seq_seq', (select coalesce(max(seq), 0) + 1 from log), false)`]
        : []),
      'commit',
    ].join('; '),
  );
}

export async function rowsIn(client: pg.Client, from: string): Promise<Map<string, RowText>> {
  const { rows } = await client.query<{ id: string; name: string | null; team: number | null }>(
    `select id, name, team from ${from} order by id`,
  );
  return new Map(rows.map((row) => [row.id, rowText(row)]));
}

/** Whether a destination that refuses would refuse it. */
export function isRefused(row: RowText): boolean {
  return (JSON.parse(row) as (string | null)[])[2] === String(refusedTeam);
}

/** Ids of the records that are archived. */
export async function archivedIn(client: pg.Client): Promise<Set<string>> {
  const { rows } = await client.query<{ id: string }>('select id from person where gone');
  return new Set(rows.map(({ id }) => id));
}

export function rowText(row: { id: string; name: string | null; team: number | null }): RowText {
  return JSON.stringify([row.id, row.name, row.team === null ? null : String(row.team)]);
}

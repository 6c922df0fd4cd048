import type pg from 'pg';

/** A row as one text, the same wherever it is read. */
export type RowText = string;

const columns = 'id bigint primary key, name text, team int';

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
    create table person (${columns});
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

export async function rowsIn(client: pg.Client, from: string): Promise<Map<string, RowText>> {
  const { rows } = await client.query<{ id: string; name: string | null; team: number | null }>(
    `select id, name, team from ${from} order by id`,
  );
  return new Map(rows.map((row) => [row.id, rowText(row)]));
}

export function rowText(row: { id: string; name: string | null; team: number | null }): RowText {
  return JSON.stringify([row.id, row.name, row.team === null ? null : String(row.team)]);
}

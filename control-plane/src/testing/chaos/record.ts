import pg from 'pg';

/** Writes down, whoever moves it, every move of a lease and of a run, as Postgres commits it, and which slots were asked for. */
const triggers = `
  create table chaos_lease (id bigserial primary key, job uuid, was text, "isNow" text,
    "oldEpoch" bigint, epoch bigint, "oldAgent" uuid, agent uuid);
  create table chaos_run (id bigserial primary key, run uuid, was text, "isNow" text, ends boolean, revives boolean);
  create table chaos_slot (sync uuid, slot timestamptz(3), primary key (sync, slot));
  create function chaos_lease() returns trigger language plpgsql security definer set search_path = public as $$ begin
    if tg_op = 'DELETE' then
      insert into chaos_lease (job, was, "isNow", "oldEpoch", epoch, "oldAgent")
        values (old.id, old.state, 'gone', old.epoch, old.epoch, old."agentId");
    elsif (old.state, old.epoch, old."agentId") is distinct from (new.state, new.epoch, new."agentId") then
      insert into chaos_lease (job, was, "isNow", "oldEpoch", epoch, "oldAgent", agent)
        values (new.id, old.state, new.state, old.epoch, new.epoch, old."agentId", new."agentId");
    end if;
    return null; end $$;
  create trigger chaos_lease after update or delete on "Job" for each row execute function chaos_lease();
  create function chaos_run() returns trigger language plpgsql security definer set search_path = public as $$ begin
    insert into chaos_run (run, was, "isNow", ends, revives) values (new.id, old.state, new.state,
      old."finishedAt" is null and new."finishedAt" is not null,
      old."finishedAt" is not null and (new.state <> old.state or new."finishedAt" is null));
    return null; end $$;
  create trigger chaos_run after update on "Run" for each row
    when (old.state <> new.state or old."finishedAt" is distinct from new."finishedAt") execute function chaos_run();`;

/** The test's own way to the database, through its restarts. */
export class Record {
  private readonly pool: pg.Pool;

  constructor(databaseUrl: string) {
    this.pool = new pg.Pool({ connectionString: databaseUrl, max: 2 });
    this.pool.on('error', () => undefined);
  }

  async begin(): Promise<void> {
    await this.pool.query(triggers);
  }

  async rows<Row extends object>(sql: string, values: unknown[] = []): Promise<Row[]> {
    return (await this.pool.query<Row>(sql, values)).rows;
  }

  async count(sql: string): Promise<number> {
    const [row] = await this.rows<{ count: string }>(`select count(*) as count from (${sql}) as q`);
    return Number(row?.count ?? 0);
  }

  /** Makes as many syncs of an odd number due as have no live run (nobody starts those by hand); answers how many. What is written down is what was committed. */
  async makeDue(most: number): Promise<number> {
    const rows = await this.rows(
      `with free as (
         select id from "Sync" as sync where "nextRunAt" is null and name ~ '^sync-[0-9]*[13579]$'
           and not exists (select from "Run" as run where run."liveSyncId" = sync.id)
         order by random() limit $1 for no key update skip locked),
       due as (update "Sync" as sync set "nextRunAt" = clock_timestamp() from free where sync.id = free.id
         returning sync.id, sync."nextRunAt")
       insert into chaos_slot select * from due returning slot`,
      [most],
    );
    return rows.length;
  }

  /** Stops the clocks; what has come by then still gets its runs. */
  async stopClocks(): Promise<void> {
    await this.rows(
      `update "Sync" set "nextRunAt" = null where name ~ '^tick-' and "nextRunAt" > clock_timestamp()`,
    );
  }

  /** Ends every other connection to the database. */
  async endOthers(): Promise<void> {
    await this.rows(`select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and pid <> pg_backend_pid()`);
  }

  async close(): Promise<void> {
    await this.pool.end();
  }
}

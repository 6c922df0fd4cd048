import pg from 'pg';

/** The control plane's own record of runs, watched from outside: how often each ended. */
const triggers = `
  create schema watch;
  create table watch.ended (run uuid not null);
  create function watch.ended() returns trigger language plpgsql security definer as $$ begin
    insert into watch.ended values (new.id); return null; end $$;
  create trigger ended after update on "Run" for each row
    when (old."finishedAt" is null and new."finishedAt" is not null) execute function watch.ended();`;

export interface Standing {
  runs: number;
  /** Runs that are still under way though nothing is asked of anybody any more. */
  open: number;
  endedTwice: number;
  /** Leases that ran out: an agent was cut off in the middle of a run. */
  lapses: number;
}

export class Ends {
  private constructor(private readonly pool: pg.Pool) {}

  static async watch(databaseUrl: string): Promise<Ends> {
    const pool = new pg.Pool({ connectionString: databaseUrl, max: 1 });
    pool.on('error', () => undefined);
    await pool.query(triggers);
    return new Ends(pool);
  }

  async standing(): Promise<Standing> {
    const { rows } = await this.pool.query<Standing>(`select
      (select count(*) from "Run")::int as runs,
      (select count(*) from "Run" where "finishedAt" is null)::int as open,
      (select count(*) from (select run from watch.ended group by run having count(*) > 1) as q)::int as "endedTwice",
      (select count(*) from "Run" where lapses is not null)::int as lapses`);
    const [standing] = rows;
    if (!standing) throw new Error('Postgres answered nothing.');
    return standing;
  }

  close(): Promise<void> {
    return this.pool.end();
  }
}

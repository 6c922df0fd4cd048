// The script that most engineers would write, held against the product by the benchmark: a cursor, a JavaScript Map of
// row hashes that lies in a file between runs, INSERT … ON CONFLICT in batches of 1,000, deletes. In a process of its
// own, so that its memory is its own. It loses microseconds: JavaScript's Date has none.
//
//   node naive-script.js SOURCE_URL TARGET_URL STATE_FILE
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import pg from 'pg';
import { columnNames } from './people.js';

const batchRows = 1_000;
const target = 'person_naive';
const [sourceUrl, targetUrl, stateFile] = process.argv.slice(2) as [string, string, string];

const started = performance.now();
const source = await connect(sourceUrl);
const destination = await connect(targetUrl);
const known = await readState();
const next = new Map<string, string>();
await sendChanges();
await deleteMissing();
await writeState();
await Promise.all([source.end(), destination.end()]);
console.log(
  JSON.stringify({
    ms: Math.round(performance.now() - started),
    peakMiB: Math.round(process.resourceUsage().maxRSS / 1024),
  }),
);

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  return client;
}

async function sendChanges(): Promise<void> {
  let batch: Record<string, unknown>[] = [];
  await source.query('begin');
  await source.query(
    `declare people no scroll cursor for select ${columnNames.join(', ')} from person`,
  );
  for (;;) {
    const { rows } = await source.query<Record<string, unknown>>(`fetch ${batchRows} from people`);
    if (rows.length === 0) break;
    for (const row of rows) {
      const id = String(row['id']);
      const hash = createHash('md5').update(JSON.stringify(row)).digest('hex');
      next.set(id, hash);
      if (known.get(id) === hash) continue;
      batch.push(row);
      if (batch.length === batchRows) {
        await upsert(batch);
        batch = [];
      }
    }
  }
  if (batch.length > 0) await upsert(batch);
  await source.query('commit');
}

async function upsert(rows: readonly Record<string, unknown>[]): Promise<void> {
  const values: unknown[] = [];
  const tuples = rows.map((row) => {
    const places = columnNames.map((name) => `$${values.push(row[name])}`);
    return `(${places.join(',')})`;
  });
  const sets = columnNames.slice(1).map((name) => `${name} = excluded.${name}`);
  await destination.query(
    `insert into ${target} (${columnNames.join(', ')}) values ${tuples.join(',')}
     on conflict (id) do update set ${sets.join(', ')}`,
    values,
  );
}

async function deleteMissing(): Promise<void> {
  const missing = [...known.keys()].filter((id) => !next.has(id));
  for (let at = 0; at < missing.length; at += batchRows)
    await destination.query(`delete from ${target} where id = any($1)`, [
      missing.slice(at, at + batchRows),
    ]);
}

async function readState(): Promise<Map<string, string>> {
  const state = new Map<string, string>();
  if (!existsSync(stateFile)) return state;
  for await (const line of createInterface(createReadStream(stateFile))) {
    const [id = '', hash = ''] = line.split('\t');
    state.set(id, hash);
  }
  return state;
}

async function writeState(): Promise<void> {
  const file = createWriteStream(stateFile);
  for (const [id, hash] of next) if (!file.write(`${id}\t${hash}\n`)) await once(file, 'drain');
  file.end();
  await once(file, 'finish');
}

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { freePort } from '../free-port.js';
import { openPostgres } from '../postgres.js';

/** A server that does nothing of its own accord while something is measured; gone with all it held when `work` ends. */
export async function withPostgres<T>(work: (url: string) => Promise<T>): Promise<T> {
  const directory = await mkdtemp(`${tmpdir()}/drawbridge-bench-pg-`);
  const postgres = await openPostgres({
    directory,
    port: await freePort(),
    settings: {
      shared_buffers: '1GB',
      max_wal_size: '8GB',
      checkpoint_timeout: '30min',
      autovacuum: 'off',
    },
  });
  try {
    return await work(postgres.url());
  } finally {
    await postgres.close();
    await rm(directory, { recursive: true, force: true });
  }
}

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DestinationConnection, Target } from '../../connector/destination.js';
import { readSettings } from '../../connector/settings.js';
import http from '../../destination/http/index.js';
import { ids } from '../engine.js';
import { concurrency } from './http-case.js';
import type { HttpCase } from './http-case.js';
import type { Contender } from './side.js';
import { batchTarget } from '../batch-target.js';
import { deliverFile } from './engine-delivery.js';
import { fields, key, linesOfRows } from './http-rows.js';

/** The engine's delivery to the http destination, from the lines of a plan on disk to the outcomes of its rows. */
export async function openOurs(
  of: HttpCase,
  sinkUrl: string,
  directory: string,
): Promise<Contender> {
  const file = join(directory, 'rows.tsv');
  await writeFile(file, linesOfRows(of.rows));
  return { send: () => sendAll(of, file, sinkUrl) };
}

async function sendAll(of: HttpCase, file: string, sinkUrl: string): Promise<void> {
  const connection = http.open({
    settings: readSettings(http.settings, { baseUrl: sinkUrl }),
    secrets: { secret: undefined },
  });
  const target = await openTarget(of, connection);
  await deliverFile({ connection, target, file, rows: of.rows, concurrency });
}

async function openTarget(of: HttpCase, connection: DestinationConnection): Promise<Target> {
  const batch = of.batchRows === 1 ? {} : { batch: { size: of.batchRows } };
  const url = of.ownUrl ? { added: { url: 'people/{{ id }}' } } : {};
  const opened = await connection.open(
    {
      object: 'people',
      mode: 'upsert',
      removal: 'nothing',
      key,
      fields,
      set: [],
      options: { ...batch, ...url, repeatable: true },
      tag: { ...ids, runId: 'run' },
      lastCheck: () => undefined,
    },
    new AbortController().signal,
  );
  return batchTarget(opened);
}

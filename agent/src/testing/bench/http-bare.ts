import { Agent, request as ask } from 'undici';
import { concurrency } from './http-case.js';
import type { HttpCase } from './http-case.js';
import type { Contender } from './side.js';
import { recordsOfRows } from './http-rows.js';

/** A bare undici loop: records in memory, JSON.stringify, a fixed header, sixteen at once, each answer awaited. */
export function openBare(of: HttpCase, sinkUrl: string): Contender {
  const records = recordsOfRows(of.rows);
  return { send: () => sendAll(of, records, sinkUrl) };
}

async function sendAll(
  of: HttpCase,
  records: readonly Record<string, unknown>[],
  sinkUrl: string,
): Promise<void> {
  const agent = new Agent({ connections: concurrency, pipelining: 1 });
  const headers = { 'content-type': 'application/json', 'idempotency-key': 'run.1.added.0-100' };
  let at = 0;
  const work = async (): Promise<void> => {
    while (at < records.length) {
      const from = at;
      at += of.batchRows;
      const sent = of.batchRows === 1 ? records[from] : records.slice(from, at);
      const own = of.ownUrl ? `/${encodeURIComponent(String(records[from]?.['id']))}` : '';
      const { statusCode, body } = await ask(`${sinkUrl}/people${own}`, {
        dispatcher: agent,
        method: 'POST',
        headers,
        body: JSON.stringify(sent),
      });
      await body.text();
      if (statusCode !== 200) throw new Error(`The receiver answered ${statusCode}.`);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, work));
  await agent.close();
}

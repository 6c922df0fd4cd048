import { setTimeout as sleep } from 'node:timers/promises';
import { get } from './request.js';
import type { Answer } from './request.js';
import type { Patience } from './protocol.js';
import type { DriverSession } from './session.js';
import { NoAnswer, Refused } from './trouble.js';

/** A part of a result that rests in the warehouse's own bucket, behind an address that expires. */
export interface Chunk {
  url: string;
  rowCount: number;
  compressedSize: number;
}

/** What is asked with: the session, its address, and when to stop. */
export interface Asking {
  session: DriverSession;
  accessUrl: string;
  patience: Patience;
  signal: AbortSignal;
}

export interface Result {
  rowtype: readonly { name: string }[];
  /** The first rows; the rest is in the chunks. */
  rowset: readonly (readonly (string | null)[])[];
  total: number;
  chunks: readonly Chunk[];
  chunkHeaders: Readonly<Record<string, string>>;
}

interface Body {
  success?: boolean;
  code?: string | null;
  message?: string | null;
  data?: Partial<Result> & {
    sqlState?: string;
    getResultUrl?: string;
    queryResultFormat?: string;
    qrmk?: string;
  };
}

const stillRunning = ['333333', '333334'];
const tokenExpired = '390112';

/**
 * The result of a query, once it is there. It is the request that the driver's own `fetchResult` makes: the driver gives
 * no way to the list of chunks, so it is asked for with the token that `serialize` tells.
 */
export async function resultOf(queryId: string, asking: Asking): Promise<Result> {
  let path = `/queries/${queryId}/result`;
  for (let renewed = false; ;) {
    const body = await ask(path, asking);
    const code = body.code ?? '';
    if (stillRunning.includes(code)) {
      path = body.data?.getResultUrl ?? path;
      renewed = false;
    } else if (code === tokenExpired && !renewed) renewed = await asking.session.renew();
    else {
      asking.session.settled();
      if (body.success) return resultIn(body);
      throw new Refused(code, body.message ?? '', body.data?.sqlState ?? '');
    }
  }
}

async function ask(path: string, asking: Asking): Promise<Body> {
  const { session, accessUrl, patience, signal } = asking;
  const { body, status } = await patiently(asking, () =>
    get({
      url: new URL(path, accessUrl).href,
      headers: {
        accept: 'application/snowflake',
        authorization: `Snowflake Token="${session.token()}"`,
      },
      stillMs: patience.stillMs,
      signal,
    }),
  );
  try {
    return JSON.parse(body.toString()) as Body;
  } catch {
    throw new NoAnswer('the answer is no JSON', String(status));
  }
}

/** An answer that is not of somebody who is down or too busy, from one of a few tries. */
export async function patiently(
  { patience, signal }: Asking,
  work: () => Promise<Answer>,
): Promise<Answer> {
  for (let tries = 0; ; tries += 1) {
    const pause = patience.pausesMs[tries];
    try {
      const answer = await work();
      const isBusy = answer.status >= 500 || [408, 429].includes(answer.status);
      if (!isBusy) return answer;
      if (pause === undefined) throw new NoAnswer('it is busy', String(answer.status));
    } catch (error) {
      if (!(error instanceof NoAnswer) || pause === undefined) throw error;
    }
    await sleep(pause, undefined, { signal });
  }
}

function resultIn({ data = {} }: Body): Result {
  const { rowtype = [], rowset = [], total, chunks = [], chunkHeaders, qrmk } = data;
  if ((data.queryResultFormat ?? 'json') !== 'json')
    throw new NoAnswer('the result is not in the form that was asked for');
  return {
    rowtype,
    rowset,
    total: total ?? rowset.length,
    chunks,
    chunkHeaders: chunkHeaders ?? (qrmk ? keyHeaders(qrmk) : {}),
  };
}

/** Older answers name the key alone. */
const keyHeaders = (key: string): Record<string, string> => ({
  'x-amz-server-side-encryption-customer-algorithm': 'AES256',
  'x-amz-server-side-encryption-customer-key': key,
});

import { createHash } from 'node:crypto';
import type { Finder, FinderRequest, Found, MatchBatch } from '../../connector/destination.js';
import type { SettingsOf } from '../../connector/field.js';
import type { HttpClient } from '../../connector/http.js';
import { textsOf } from '../../connector/lines.js';
import { Failure } from '../../failure.js';
import { createdIn, foundIn } from './found-records.js';
import type { lookupOptions } from './lookup-options.js';
import { callOf, lookupRequest, queryUrl } from './lookup-requests.js';
import type { Call } from './requests.js';
import { checkFixedUrl } from './url.js';

export interface Endpoint {
  client: HttpClient;
  baseUrl: string;
  headers: Readonly<Record<string, string>>;
}

type Options = SettingsOf<typeof lookupOptions> & {
  /** The sync says that sending twice does no harm. */
  repeatable: boolean | undefined;
};

/** Opens an endpoint for looking records up, by a request for each or for many. */
export function openRecordFinder(
  request: FinderRequest,
  { lookup, missing, repeatable }: Options,
  to: Endpoint,
): Finder {
  const asked = askedBy(request, lookup);
  const made = callOf(missing, request.object, 'POST');
  for (const { url } of [asked, made])
    if (url.variables.length === 0) checkFixedUrl(url, to.baseUrl);
  return new RecordFinder(
    { request, asked, made, lookup, path: missing?.path ?? '' },
    to,
    repeatable ?? made.method === 'PUT',
  );
}

interface Ways {
  request: FinderRequest;
  asked: Call;
  made: Call;
  lookup: Options['lookup'];
  /** Where the answer holds a record that was made. */
  path: string;
}

class RecordFinder implements Finder {
  readonly type = 'json';
  readonly maxRows: number;
  readonly maxMade = 1;
  readonly maxBytes = 1 << 20;
  readonly concurrency = 16;

  constructor(
    private readonly ways: Ways,
    private readonly to: Endpoint,
    readonly isRepeatable: boolean,
  ) {
    this.maxRows = ways.lookup?.size ?? 1;
  }

  async find(batch: MatchBatch, signal: AbortSignal): Promise<Found[]> {
    const { request, asked, lookup } = this.ways;
    try {
      const { body } = await this.to.client.send(lookupRequest(batch, asked, this.to), signal);
      return foundIn(body, textsOf(batch.lines), { ...request, path: lookup?.path ?? '' });
    } catch (error) {
      // Said of many at once it may mean one of them.
      if (lookup?.notFound && isAnswered(error, ['404', '410']) && batch.size === 1)
        return [{ kind: 'missing' }];
      throw error;
    }
  }

  async create(batch: MatchBatch, signal: AbortSignal): Promise<Found[]> {
    const { request, made, path } = this.ways;
    const call = lookupRequest(batch, made, this.to);
    const headers = { 'idempotency-key': nameOf(batch, request), ...call.headers };
    try {
      const { lastCheck } = request;
      const { body } = await this.to.client.send({ ...call, headers, lastCheck }, signal);
      return [createdIn(body, { ...request, path })];
    } catch (error) {
      // Somebody else was faster.
      if (isAnswered(error, ['409'])) return this.find(batch, signal);
      throw error;
    }
  }

  async close(): Promise<void> {}
}

function askedBy(request: FinderRequest, lookup: Options['lookup']): Call {
  const asked = callOf(lookup, request.object, 'GET');
  if (lookup?.url !== undefined || asked.method !== 'GET') return asked;
  if (lookup && lookup.size > 1)
    throw new Failure(
      'CONFIG',
      'destination.lookup_url_missing',
      'A GET for many records needs a URL that names them: set options.lookup.url, or method POST.',
    );
  return { ...asked, url: queryUrl(request) };
}

const isAnswered = (error: unknown, statuses: readonly string[]): boolean =>
  error instanceof Failure && statuses.includes(error.vendorCode);

/** Of the same record in the same run always the same. */
function nameOf({ lines }: MatchBatch, { object, tag }: FinderRequest): string {
  const hash = createHash('sha256').update(`${tag.syncId} ${tag.runId} ${object}\n`).update(lines);
  return hash.digest('hex').slice(0, 32);
}

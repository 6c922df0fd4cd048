import { makeBatch } from '../../../connector/batch.js';
import type {
  Batch,
  DestinationConnection,
  Outcome,
  Target,
  TargetField,
  TargetRequest,
} from '../../../connector/destination.js';
import { linesOf } from '../../../connector/lines.js';
import { readSettings } from '../../../connector/settings.js';
import type { RawSettings } from '../../../connector/settings.js';
import { batchTarget } from '../../../testing/batch-target.js';
import redis from '../index.js';

const { signal: unaborted } = new AbortController();
export const never: AbortSignal = unaborted;

export function field(
  name: string,
  type: TargetField['type'] = 'text',
  nulls: TargetField['nulls'] = 'send',
): TargetField {
  return { name, type, nulls };
}

export function connectRedis(
  settings: RawSettings,
  secrets: Record<string, string> = {},
): DestinationConnection {
  return redis.open({
    settings: readSettings(redis.settings, { host: '127.0.0.1', tls: 'disable', ...settings }),
    secrets: { password: undefined, sentinelPassword: undefined, clientKey: undefined, ...secrets },
  });
}

/** What is open for writing, and takes rows as canonical texts. */
export interface Writing {
  target: Target;
  send(rows: readonly (string | null)[][], how?: Partial<SendHow>): Promise<Outcome[]>;
}

interface SendHow {
  kind: Batch['kind'];
  change: Batch['change'];
  signal: AbortSignal;
}

/** By default: a hash, `id` its key, `name` its field. */
export async function openWriting(
  connection: DestinationConnection,
  wish: Partial<TargetRequest> = {},
): Promise<Writing> {
  const request: TargetRequest = {
    object: 'hash',
    mode: 'mirror',
    removal: 'delete',
    key: [field('id', 'integer')],
    fields: [field('name')],
    set: [],
    options: { name: 'row:{{ id }}' },
    tag: { workspaceId: 'w', syncId: 's', runId: 'r' },
    lastCheck: () => undefined,
    ...wish,
  };
  const options = optionsOf(request);
  const target = batchTarget(await connection.open({ ...request, options }, never));
  const { key, fields } = request;
  return {
    target,
    send: (rows, { kind = 'upsert', change = 'added', signal = never } = {}) => {
      const parts = { kind, change, key, fields, size: rows.length, attempt: 'r.1', from: 0 };
      return target.deliver(makeBatch({ ...parts, lines: linesOf(rows) }), signal);
    },
  };
}

/** As the engine hands them on: with defaults. */
function optionsOf({ object, options }: TargetRequest): RawSettings {
  const definition = redis.objects.find(({ name }) => name === object);
  return readSettings(definition?.options ?? {}, options);
}

export const kindsOf = (outcomes: readonly Outcome[]): string[] =>
  outcomes.map((outcome) =>
    'failure' in outcome
      ? `${outcome.failure.kind} ${outcome.failure.code} ${outcome.failure.vendorCode}`.trim()
      : outcome.kind,
  );

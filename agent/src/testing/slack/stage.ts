import { makeBatch } from '../../connector/batch.js';
import type {
  Batch,
  DestinationConnection,
  Outcome,
  Target,
  TargetField,
  TargetRequest,
} from '../../connector/destination.js';
import { linesOf } from '../../connector/lines.js';
import { readSettings } from '../../connector/settings.js';
import type { RawSettings } from '../../connector/settings.js';
import slack from '../../destination/slack/index.js';
import { failureOf } from '../../failure.js';
import type { Failure } from '../../failure.js';
import { batchTarget } from '../batch-target.js';
import { openSlackServer } from './server.js';
import type { SlackServer } from './server.js';
import type { Channel, Message } from './workspace.js';

/** Everything that the connector has a use for. */
export const scopes: readonly string[] = [
  'chat:write',
  'files:write',
  'channels:read',
  'groups:read',
  'channels:history',
  'groups:history',
  'im:history',
  'im:write',
  'users:read.email',
];
/** When a stage opens. */
export const since = new Date(Date.UTC(2026, 0, 2, 3, 4, 5));
export const never: AbortSignal = new AbortController().signal;

const field = (name: string, type: TargetField['type'] = 'text'): TargetField => ({
  name,
  type,
  nulls: 'send',
});
const key = [field('id', 'integer')];
const fields = [field('name'), field('mrr', 'decimal')];

/** A Slack with one channel and a clock of its own, and targets that write rows of id, name and mrr there. */
export interface SlackStage {
  server: SlackServer;
  general: Channel;
  nowMs: number;
  connect(given?: readonly string[], settings?: RawSettings): DestinationConnection;
  open(
    options?: RawSettings,
    change?: Partial<TargetRequest> & { given?: readonly string[] },
  ): Promise<Target>;
  close(): Promise<void>;
}

export async function openSlackStage(): Promise<SlackStage> {
  const connections: DestinationConnection[] = [];
  const server = await openSlackServer({ clock: { now: () => stage.nowMs } });
  const connect: SlackStage['connect'] = (given = scopes, settings = {}) => {
    const token = server.workspace.makeToken(given);
    const connection = slack.open({
      settings: readSettings(slack.settings, { apiUrl: server.apiUrl, ...settings }),
      secrets: { token },
    });
    connections.push(connection);
    return connection;
  };
  const stage: SlackStage = {
    server,
    general: server.workspace.makeChannel('general'),
    nowMs: since.getTime(),
    connect,
    open: async (options = {}, { given = scopes, ...change } = {}) =>
      batchTarget(await connect(given).open({ ...request, options, ...change }, never)),
    close: async () => {
      for (const connection of connections) await connection.close();
      await server.close();
    },
  };
  return stage;
}

const request: TargetRequest = {
  object: '#general',
  mode: 'append',
  removal: 'nothing',
  key,
  fields,
  set: [],
  options: {},
  tag: { workspaceId: 'w', syncId: 's', runId: 'r' },
  lastCheck: () => undefined,
};

type Texts = readonly (string | null)[];

export function row(id: number, name: string | null, mrr: string | null = '10.50'): Texts {
  return [String(id), name, mrr];
}

/** Rows of an attempt at a run; `former`: what changed ones were. */
export function batchOf(
  rows: readonly Texts[],
  change: Batch['change'] = 'added',
  { from = 0, former }: { from?: number; former?: readonly Texts[] } = {},
): Batch {
  const place = { attempt: '0b7e.1', from, key, fields };
  const lines = linesOf(rows);
  const batch = makeBatch({ kind: 'append', change, lines, size: rows.length, ...place });
  if (!former) return batch;
  const were = batchOf(former).records();
  const records = batch.records().map((one, n) => ({ ...one, former: were[n]?.fields ?? {} }));
  return { ...batch, records: () => records };
}

export function textsIn({ messages }: { messages: readonly Message[] }): string[] {
  return messages.map(({ text }) => text);
}

export function kindsOf(
  outcomes: readonly (Outcome | undefined)[],
): (Outcome['kind'] | undefined)[] {
  return outcomes.map((outcome) => outcome?.kind);
}

/** Undefined where it didn't fail. */
export function failed(work: Promise<unknown>): Promise<Failure | undefined> {
  return work.then(() => undefined, failureOf);
}

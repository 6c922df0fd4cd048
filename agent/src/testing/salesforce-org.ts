import { onTestFinished } from 'vitest';
import salesforce from '../destination/salesforce/index.js';
import { makeBatch } from '../connector/batch.js';
import type {
  Batch,
  DestinationConnection,
  OperationKind,
  Outcome,
  Target,
  TargetField,
  TargetRequest,
} from '../connector/destination.js';
import { linesOf } from '../connector/lines.js';
import { readSettings } from '../connector/settings.js';
import type { RawSettings } from '../connector/settings.js';
import type { ValueType } from '../connector/value.js';
import { batchTarget } from './batch-target.js';
import type { Moods } from './salesforce/moods.js';
import { standardObjects } from './salesforce/objects.js';
import { openSalesforceServer } from './salesforce/server.js';
import type { SalesforceServer } from './salesforce/server.js';

/** An org with accounts and contacts, and an agent that is connected to it. Closed when the test is over. */
export interface ConnectedOrg {
  server: SalesforceServer;
  destination: DestinationConnection;
  open(request: Partial<TargetRequest>): Promise<Opened>;
}

/** An object that is open for writing, and rows as canonical texts: key fields, then fields. */
export interface Opened {
  target: Target;
  request: TargetRequest;
  send(
    rows: (string | null)[][],
    how?: { kind?: OperationKind; change?: Batch['change']; from?: number; signal?: AbortSignal },
  ): Promise<Outcome[]>;
}

export const never: AbortSignal = new AbortController().signal;

export const field = (
  name: string,
  type: ValueType = 'text',
  nulls: TargetField['nulls'] = 'send',
): TargetField => ({ name, type, nulls });

export function connect(
  server: SalesforceServer,
  settings: RawSettings = {},
  secrets: Record<string, string> = {},
): DestinationConnection {
  const { clientId, username, privateKey } = server.credentials;
  const byJwt = settings['signIn'] === 'clientCredentials' ? {} : { username };
  const read = readSettings(salesforce.settings, {
    loginUrl: server.url,
    clientId,
    ...byJwt,
    ...settings,
  });
  return salesforce.open({ settings: read, secrets: { privateKey, ...secrets } as never });
}

export async function connectedOrg({
  settings = {},
  moods = {},
}: { settings?: RawSettings; moods?: Partial<Moods> } = {}): Promise<ConnectedOrg> {
  const server = await openSalesforceServer({ objects: standardObjects, moods });
  const destination = connect(server, settings);
  onTestFinished(async () => {
    await destination.close();
    await server.close();
  });
  return { server, destination, open: (change) => openObject(destination, change) };
}

export async function openObject(
  destination: DestinationConnection,
  change: Partial<TargetRequest>,
): Promise<Opened> {
  const request: TargetRequest = {
    object: 'Contact',
    mode: 'mirror',
    removal: 'delete',
    key: [field('ExtId__c')],
    fields: [field('LastName'), field('Score__c', 'decimal')],
    set: [],
    options: {},
    tag: { workspaceId: 'w', syncId: 's', runId: 'r' },
    lastCheck: () => undefined,
    ...change,
  };
  const target = batchTarget(await destination.open(request, never));
  return {
    target,
    request,
    send: (rows, { kind = 'upsert', change: why = 'added', from = 0, signal = never } = {}) => {
      const { key, fields } = request;
      const parts = { kind, change: why, key, fields, size: rows.length, attempt: 'r.1', from };
      return target.deliver(makeBatch({ ...parts, lines: linesOf(rows) }), signal);
    },
  };
}

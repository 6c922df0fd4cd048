import { expect, onTestFinished } from 'vitest';
import type { RawSettings } from '../connector/settings.js';
import { onCrashPoint } from '../crash-point.js';
import type { CrashPoint } from '../crash-point.js';
import { Failure } from '../failure.js';
import type { FieldMapping, SyncReport, SyncRequest } from '../sync/sync-request.js';
import type { SyncTools } from '../sync/tools.js';
import { openEngine } from './engine.js';
import { memorySource } from './memory-connectors.js';
import type { TextRow } from './memory-connectors.js';
import { MemoryStore } from './memory-store.js';
import type { Moods } from './salesforce/moods.js';
import { connectedOrg } from './salesforce-org.js';
import type { ConnectedOrg } from './salesforce-org.js';

export const map = (
  field: string,
  column: string,
  nulls: FieldMapping['nulls'] = 'send',
): FieldMapping => ({ field, value: { kind: 'column', column }, nulls });

export interface SalesforceSync extends ConnectedOrg {
  table: TextRow[];
  run(change?: Partial<SyncRequest>, tools?: Partial<SyncTools>): Promise<SyncReport>;
  /** Nothing that the agent does is seen from a point on, as if it had been killed there. */
  dieAt(point: CrashPoint): Promise<void>;
  /** Jobs that were made, by what they do. */
  jobs(): number;
}

const types: Record<string, 'json' | 'timestamptz' | 'decimal'> = {
  topics: 'json',
  seen: 'timestamptz',
  score: 'decimal',
};

/** A sync of people to contacts, by jobs from the first row on. */
export async function syncing(
  moods: Partial<Moods> = {},
  settings: RawSettings = {},
): Promise<SalesforceSync> {
  const org = await connectedOrg({ moods, settings });
  const state = { table: [] as TextRow[], isDead: false };
  const dead = (): Failure => new Failure('TRANSIENT', 'store.unreachable', 'The agent is dead.');
  const source = memorySource(
    () => state.table,
    (name) => ({ type: types[name] ?? 'text', vendorType: types[name] ?? 'text' }),
  );
  const store = new MemoryStore(() => {
    if (state.isDead) throw dead();
  });
  onTestFinished(() => onCrashPoint(() => undefined));
  const engine = await openEngine({ source, destination: org.destination, store });
  onTestFinished(() => engine.close());
  const request: Partial<SyncRequest> = {
    object: 'Contact',
    key: [{ field: 'ExtId__c', column: 'id' }],
    fields: [map('LastName', 'name'), map('Score__c', 'score')],
    options: { api: 'bulk' },
  };
  const run: SalesforceSync['run'] = (change, tools) =>
    engine.run({ ...request, ...change }, tools);
  return {
    ...org,
    get table() {
      return state.table;
    },
    set table(rows) {
      state.table = rows;
    },
    run,
    dieAt: async (point) => {
      onCrashPoint((name) => {
        if (name !== point) return;
        state.isDead = true;
        throw dead();
      });
      expect(await run()).toMatchObject({ outcome: 'failed' });
      onCrashPoint(() => undefined);
      state.isDead = false;
    },
    jobs: () => requestsOf(org, 'POST', /\/jobs\/ingest$/),
  };
}

export function requestsOf({ server }: ConnectedOrg, method: string, url: RegExp): number {
  return server.requests.filter((each) => each.method === method && url.test(each.url)).length;
}

export const people = (count: number, score = '1'): TextRow[] =>
  Array.from({ length: count }, (_, n) => ({ id: `p${n}`, name: `Person ${n}`, score }));

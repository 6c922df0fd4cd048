import type { Crash } from '../../crash-point.js';
import type { RunOptions, SyncRequest } from '../../sync/sync-request.js';
import { column } from '../engine.js';
import { feedText } from './feed.js';

/** What happened to a sync before the run that is disturbed. */
export type Step =
  'run' | 'unlogged run' | 'change' | 'upheaval' | 'clear-cache' | 'accept' | { crash: Crash };

/** What a mode promises of the destination in the end; see `promises.ts`. */
export type Promised =
  | 'mirror'
  | 'replace'
  | 'update'
  | 'create'
  | 'append'
  | 'stay'
  | 'archive'
  | 'clear'
  | 'set'
  | 'feed';

export interface Scenario {
  name: string;
  destination: 'postgres' | 'http' | 'salesforce' | 'slack';
  table: 'person' | 'event';
  promise: Promised;
  request: Partial<SyncRequest>;
  rows: number;
  maxRows: number;
  before: readonly Step[];
  /** What the request is from the disturbed run on. */
  later?: Partial<SyncRequest>;
  /** What the disturbed run and its repetition are asked for. */
  asked?: Partial<RunOptions>;
  /** What only the disturbed run is asked. */
  once?: Partial<SyncRequest>;
  /** The disturbed run takes back what the last one sent. */
  undoes?: boolean;
  /** Rows of one team are refused, until a step `accept`. */
  refuses?: boolean;
  /** Runs of it may send what is at the destination already: they are asked to, or nobody can know. */
  repeats?: boolean;
  /** The log has other values than the destination, or none. */
  logs?: 'keys';
  /** The model, where it is not the table. */
  sql?: string;
  /** The destination can't be asked what became of a row. */
  isBlind?: boolean;
  /** How names arrive. */
  names?: 'upper case';
}

const fields = ['name', 'team'].map(column);
const nothing = { action: 'nothing' as const, set: [] };
const answered: Crash = { point: 'batch.answered', nth: 2 };
const noted: Crash = { point: 'outcome.after', nth: 2 };
const logged: Crash = { point: 'log.after', nth: 1 };
const announced: Crash = { point: 'announce.after', nth: 1 };

const mirror = {
  destination: 'postgres',
  table: 'person',
  promise: 'mirror',
  request: { fields },
  rows: 1_000,
  maxRows: 20,
} as const;

const append = {
  destination: 'postgres',
  table: 'event',
  promise: 'append',
  request: {
    mode: 'append',
    object: 'event',
    key: [],
    fields: ['id', 'name', 'team'].map(column),
    onRemoved: nothing,
  },
  rows: 300,
  maxRows: 20,
} as const;

const put = { method: 'PUT', url: 'person/{{ id }}' };
const http = {
  ...mirror,
  destination: 'http',
  rows: 120,
  request: {
    fields,
    options: { added: put, changed: put, removed: { method: 'DELETE', url: put.url } },
  },
} as const;

const post = { method: 'POST', url: 'event' };
const httpAppend = {
  ...append,
  destination: 'http',
  request: { ...append.request, options: { added: post, batch: { size: 10 } } },
} as const;

const upcase = {
  field: 'name',
  value: { kind: 'template', template: '{{ name | upcase }}' },
  nulls: 'send',
} as const;

const teams = 'select id, name, coalesce(team, 99) as team from person';
const lookedUp = {
  field: 'team',
  value: {
    kind: 'lookup',
    lookup: {
      object: 'team',
      match: [{ field: 'code', column: 'team' }],
      returns: 'id',
      onMiss: 'create',
      onMany: 'reject',
    },
  },
  nulls: 'send',
} as const;

/** Creations can't be repeated: a job that were submitted twice would show. */
const jobs = {
  ...append,
  destination: 'salesforce',
  table: 'person',
  rows: 90,
  request: {
    ...append.request,
    mode: 'create',
    object: 'Person__c',
    fields: [
      ['PersonId__c', 'id'],
      ['Name__c', 'name'],
      ['Team__c', 'team'],
    ].map(([field, name]) => ({ ...column(name!), field: field! })),
    options: { api: 'bulk' },
  },
} as const;
const handedOver: Crash = { point: 'load.submitted', nth: 2 };

const told = { text: feedText };
const feed = {
  destination: 'slack',
  table: 'person',
  promise: 'feed',
  rows: 40,
  maxRows: 20,
  request: {
    mode: 'append',
    appends: ['added', 'changed', 'removed'],
    object: '#feed',
    fields,
    onRemoved: nothing,
    options: { added: told, changed: told, removed: told, collapseAbove: 0 },
  },
} as const;

const plain = { dryRun: false, full: false, rebaseline: false, verify: false };
const set = [
  { field: 'name', value: { kind: 'constant', constant: { text: 'gone' } }, nulls: 'send' },
] as const;
/** What becomes of records whose rows have left, where they are not removed. */
const upsert = (promise: Promised, more: Partial<SyncRequest>): Omit<Scenario, 'name'> => ({
  ...mirror,
  promise,
  request: { fields, mode: 'upsert', ...more },
  before: ['run', 'change'],
});

/** The first one that comes to a point tests it in the short form. */
export const scenarios: readonly Scenario[] = [
  { ...mirror, name: 'mirror', before: ['run', 'change'] },
  { ...mirror, name: 'mirror, recovering', before: ['run', 'change', { crash: noted }] },
  { ...mirror, name: 'mirror, nothing had left', before: ['run', 'change', { crash: announced }] },
  { ...mirror, name: 'mirror, logged anew', before: ['run', 'change', { crash: logged }] },
  { ...mirror, name: 'mirror, owing a log', before: ['run', 'change', 'unlogged run', 'change'] },
  {
    ...mirror,
    name: 'mirror, compacting',
    before: ['run', 'upheaval'],
  },
  { ...mirror, name: 'mirror, cold cache', before: ['run', 'change', 'clear-cache'] },
  { ...append, name: 'append, hold, recovering', before: [{ crash: answered }, 'change'] },
  { ...mirror, name: 'mirror, first run', before: [] },
  { ...mirror, name: 'mirror, first run again', before: [{ crash: answered }, 'change'] },
  { ...mirror, name: 'mirror, unchanged', before: ['run'] },
  {
    ...mirror,
    name: 'mirror, full',
    before: ['run', 'change'],
    asked: { full: true },
    repeats: true,
  },
  {
    ...mirror,
    name: 'mirror, other mapping',
    before: ['run', 'change'],
    later: { fields: [upcase, column('team')] },
    repeats: true,
    logs: 'keys',
    names: 'upper case',
  },
  {
    ...mirror,
    name: 'mirror, waiting for approval',
    before: ['run', 'change'],
    once: { guards: { removed: { rows: 0, percent: 0, action: 'approve' }, emptyResult: 'stop' } },
  },
  {
    ...mirror,
    name: 'mirror, looking up',
    before: ['run', 'upheaval'],
    sql: teams,
    logs: 'keys',
    request: {
      model: { name: 'people', query: { sql: teams }, primaryKey: ['id'] },
      fields: [column('name'), lookedUp],
    },
  },
  {
    ...mirror,
    name: 'replace',
    promise: 'replace',
    repeats: true,
    request: { fields, mode: 'replace', onRemoved: nothing },
    before: ['run', 'upheaval'],
  },
  { ...mirror, name: 'undo', before: ['run', 'change', 'run'], undoes: true },
  {
    ...mirror,
    name: 'undo, recovering',
    before: ['run', 'upheaval', { crash: noted }, 'change', 'run'],
    undoes: true,
  },
  {
    ...mirror,
    name: 'canary',
    before: ['run', 'upheaval'],
    once: { run: { ...plain, canary: 70 } },
  },
  { ...mirror, name: 'canary, first run', before: [], once: { run: { ...plain, canary: 70 } } },
  { ...mirror, rows: 120, name: 'refusing', before: ['run', 'change'], refuses: true },
  { ...mirror, rows: 120, name: 'refusing, first run', before: [], refuses: true },
  {
    ...mirror,
    rows: 120,
    name: 'only rejected',
    before: ['run', 'accept', 'change'],
    refuses: true,
    once: { run: { ...plain, onlyRejected: true } },
  },
  {
    ...mirror,
    name: 'hashed',
    request: { fields, snapshots: 'hashed' },
    before: ['run', 'change'],
    logs: 'keys',
  },
  {
    ...mirror,
    name: 'hashed, recovering',
    request: { fields, snapshots: 'hashed' },
    before: ['run', 'change', { crash: noted }],
    logs: 'keys',
  },
  { ...upsert('stay', { onRemoved: nothing }), name: 'upsert' },
  { ...upsert('mirror', { onRemoved: { action: 'delete', set: [] } }), name: 'upsert, delete' },
  {
    ...upsert('archive', {
      onRemoved: { action: 'archive', set: [] },
      options: { archive: { field: 'gone', value: 'true' } },
    }),
    name: 'upsert, archive',
  },
  { ...upsert('clear', { onRemoved: { action: 'clear', set: [] } }), name: 'upsert, clear' },
  { ...upsert('set', { onRemoved: { action: 'set', set } }), name: 'upsert, set' },
  {
    ...mirror,
    name: 'update',
    promise: 'update',
    request: { fields, mode: 'update', onRemoved: nothing },
    before: ['run', 'change'],
  },
  {
    ...mirror,
    name: 'create',
    promise: 'create',
    request: { fields, mode: 'create', onRemoved: nothing },
    before: ['run', 'upheaval'],
  },
  { ...append, name: 'append, hold', before: ['run', 'upheaval'] },
  {
    ...append,
    name: 'append, resend',
    repeats: true,
    request: { ...append.request, uncertain: 'resend' },
    before: ['run', 'upheaval'],
  },
  { ...jobs, name: 'jobs', before: ['run', 'upheaval'] },
  { ...jobs, name: 'jobs, recovering', before: ['run', 'upheaval', { crash: handedOver }] },
  { ...http, name: 'http', before: ['run', 'upheaval'] },
  { ...http, name: 'http, recovering', before: ['run', 'upheaval', { crash: answered }] },
  { ...httpAppend, name: 'http append, hold', before: ['run', 'upheaval'] },
  {
    ...httpAppend,
    name: 'http append, resend',
    repeats: true,
    request: { ...httpAppend.request, uncertain: 'resend' },
    before: ['run', 'upheaval'],
  },
  { ...feed, name: 'slack', before: ['run', 'upheaval'] },
  {
    ...feed,
    name: 'slack, recovering',
    before: ['run', 'upheaval', { crash: answered }, 'change'],
  },
  { ...feed, name: 'slack, first run', before: [] },
  { ...feed, name: 'slack, blind', isBlind: true, before: ['run', 'upheaval'] },
];

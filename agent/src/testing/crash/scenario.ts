import type { Crash } from '../../crash-point.js';
import type { RunOptions, SyncRequest } from '../../sync/sync-request.js';
import { column } from '../engine.js';

/** What happened to a sync before the run that is disturbed. */
export type Step = 'run' | 'change' | 'upheaval' | 'clear-cache' | { crash: Crash };

/** What a mode promises of the destination in the end; see `promises.ts`. */
export type Promised = 'mirror' | 'replace' | 'update' | 'create' | 'append';

export interface Scenario {
  name: string;
  destination: 'postgres' | 'http';
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
  /** The model, where it is not the table. */
  sql?: string;
  /** How names arrive. */
  names?: 'upper case';
}

const fields = ['name', 'team'].map(column);
const nothing = { action: 'nothing' as const, set: [] };
const answered: Crash = { point: 'batch.answered', nth: 2 };
const noted: Crash = { point: 'outcome.after', nth: 2 };
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

/** The first one that comes to a point tests it in the short form. */
export const scenarios: readonly Scenario[] = [
  { ...mirror, name: 'mirror', before: ['run', 'change'] },
  { ...mirror, name: 'mirror, recovering', before: ['run', 'change', { crash: noted }] },
  { ...mirror, name: 'mirror, nothing had left', before: ['run', 'change', { crash: announced }] },
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
  },
  {
    ...mirror,
    name: 'mirror, other mapping',
    before: ['run', 'change'],
    later: { fields: [upcase, column('team')] },
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
    request: {
      model: { name: 'people', query: { sql: teams }, primaryKey: ['id'] },
      fields: [column('name'), lookedUp],
    },
  },
  {
    ...mirror,
    name: 'replace',
    promise: 'replace',
    request: { fields, mode: 'replace', onRemoved: nothing },
    before: ['run', 'upheaval'],
  },
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
    request: { ...append.request, uncertain: 'resend' },
    before: ['run', 'upheaval'],
  },
  { ...http, name: 'http', before: ['run', 'upheaval'] },
  { ...http, name: 'http, recovering', before: ['run', 'upheaval', { crash: answered }] },
  { ...httpAppend, name: 'http append, hold', before: ['run', 'upheaval'] },
  {
    ...httpAppend,
    name: 'http append, resend',
    request: { ...httpAppend.request, uncertain: 'resend' },
    before: ['run', 'upheaval'],
  },
];

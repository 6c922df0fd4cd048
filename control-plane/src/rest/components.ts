import { countNames, phaseNames } from '../run/run-report.js';
import { runStates } from '../run/run-state.js';
import type { Schema } from './endpoint.js';

const text: Schema = { type: 'string' };
const textOrNull: Schema = { type: ['string', 'null'] };
const whole: Schema = { type: 'integer', minimum: 0 };
const flag: Schema = { type: 'boolean' };
const time: Schema = { type: 'string', format: 'date-time' };
const timeOrNull: Schema = { type: ['string', 'null'], format: 'date-time' };

/** An object that has all of these, and may have more in a later version. */
const objectOf = (properties: Readonly<Record<string, Schema>>, description?: string): Schema => ({
  type: 'object',
  ...(description && { description }),
  required: Object.keys(properties),
  properties,
});

const runError = objectOf(
  {
    code: { ...text, description: 'room.what; never used for anything else.' },
    vendorCode: { ...text, description: 'SQLSTATE, HTTP status and the like; may be empty.' },
    count: { ...whole, description: 'Rows that it befell.' },
    errorId: { ...text, description: 'Names the text in your bucket; may be empty.' },
    title: textOrNull,
    advice: { ...textOrNull, description: 'What a person can do about it.' },
  },
  'The text of the error is in your bucket alone.',
);

const baseline = {
  ...objectOf({ generation: whole, key: text, sha256: text, rows: whole, bytes: whole }),
  type: ['object', 'null'],
  description: 'Where the baseline rests in your bucket.',
};

const run = objectOf(
  {
    id: { type: 'string', format: 'uuid' },
    sync: text,
    state: { type: 'string', enum: [...runStates] },
    isOver: { ...flag, description: 'Nothing of it changes any more.' },
    trigger: { ...text, description: 'schedule, api or ui.' },
    agent: textOrNull,
    dryRun: flag,
    createdAt: time,
    startedAt: timeOrNull,
    finishedAt: timeOrNull,
    waitingSince: { ...timeOrNull, description: 'While it waits for a person.' },
    heldBy: { type: 'array', items: text, description: 'Guards that want a person’s approval.' },
    planDigest: textOrNull,
    policyDigest: textOrNull,
    phases: objectOf(Object.fromEntries(phaseNames.map((name) => [`${name}Ms`, whole]))),
    counts: objectOf(
      Object.fromEntries(countNames.map((name) => [name, whole])),
      'added + changed + removed = sent + skipped + rejected + withheld + pending + uncertain.',
    ),
    errors: { type: 'array', items: { $ref: '#/components/schemas/RunError' } },
    failure: { anyOf: [{ $ref: '#/components/schemas/RunError' }, { type: 'null' }] },
    baseline,
  },
  'One execution of a sync.',
);

const problem: Schema = {
  type: 'object',
  description: 'RFC 9457. Rely on code; the texts are for people.',
  required: ['type', 'title', 'status', 'detail', 'code', 'advice'],
  properties: {
    type: { type: 'string', format: 'uri', description: 'urn:drawbridge:problem: and the code.' },
    title: text,
    status: { type: 'integer', minimum: 400, maximum: 599 },
    detail: text,
    code: { type: 'string', pattern: String.raw`^[a-z_]+\.[a-z_0-9]+$` },
    advice: { ...text, description: 'What to do next.' },
    errors: {
      type: 'array',
      description: 'What is wrong where, as a JSON pointer into the request.',
      items: {
        type: 'object',
        required: ['pointer', 'detail'],
        properties: { pointer: text, detail: text, code: text },
      },
    },
  },
};

const textsOrNull = (names: readonly string[]): Readonly<Record<string, Schema>> =>
  Object.fromEntries(names.map((name) => [name, textOrNull]));

const auditEntry = objectOf(
  {
    workspaceId: text,
    sequence: { ...whole, description: 'From 1 on, without a gap.' },
    id: text,
    createdAt: time,
    actor: objectOf({ kind: text, ...textsOrNull(['id']), name: text }),
    action: text,
    subject: objectOf({ kind: text, ...textsOrNull(['id', 'name']) }),
    before: { type: ['object', 'null'] },
    after: { type: ['object', 'null'] },
    ...textsOrNull(['address', 'userAgent']),
    previous: { ...text, description: 'Hash of the entry before, hex.' },
    hash: text,
  },
  'One deed. Its hash chains it to the entry before, by SHA-256.',
);

/** What is answered, by name. */
export const components: Readonly<Record<string, Schema>> = {
  Run: run,
  RunError: runError,
  StartedRuns: objectOf(
    { runs: { type: 'array', items: { $ref: '#/components/schemas/Run' } } },
    'In the order in which they were asked for.',
  ),
  AuditEntry: auditEntry,
  Problem: problem,
};

import type { Finder, FinderRequest, Found, MatchBatch } from '../../connector/destination.js';
import { textsOf } from '../../connector/lines.js';
import type { ValueType } from '../../connector/value.js';
import { Failure } from '../../failure.js';
import { describer, fieldNamed } from './describe.js';
import type { DescribedField, DescribedObject } from './describe.js';
import { rulesFor } from './field-rule.js';
import type { FieldRule } from './field-rule.js';
import { findRecords } from './find-records.js';
import type { Answers } from './find-records.js';
import type { Org } from './org.js';
import { fittedText, recordJson } from './payload.js';
import { readResults } from './results.js';

/** Opens an object for finding its records by queries, hundreds in one; missing ones are made by an external id. */
export async function openRecordFinder(
  org: Org,
  request: FinderRequest,
  signal: AbortSignal,
): Promise<Finder> {
  const describe = describer(org, signal);
  const object = await describe(request.object);
  const match = await rulesFor(request.match, { object, describe, truncate: false });
  for (const { name, field, related } of match)
    if (related || !field.filterable) throw notFilterable(name);
  if (request.creates) checkCreates(object, match);
  return new RecordFinder(org, { request, object, match });
}

interface Looking {
  request: FinderRequest;
  object: DescribedObject;
  match: readonly FieldRule[];
}

class RecordFinder implements Finder {
  readonly type: ValueType;
  readonly maxRows = 200;
  readonly maxBytes = 1 << 20;
  readonly concurrency = 4;
  /** Made by an external id, there is one however often it is asked for. */
  readonly isRepeatable = true;
  private readonly returns: DescribedField;

  constructor(
    private readonly org: Org,
    private readonly looking: Looking,
  ) {
    this.returns = fieldNamed(looking.object, looking.request.returns);
    this.type = typeOf(this.returns);
  }

  async find(batch: MatchBatch, signal: AbortSignal): Promise<Found[]> {
    const { object, match } = this.looking;
    const lines = textsOf(batch.lines).map((texts) =>
      match.map((rule, n) => fittedText(rule, texts[n] ?? '')),
    );
    const question = { object, match: match.map(({ field }) => field), returns: this.returns };
    const answers = await findRecords(this.org, { question, lines }, signal);
    return answers.map((answer) => this.foundOf(answer));
  }

  async create(batch: MatchBatch, signal: AbortSignal): Promise<Found[]> {
    const { object, match, request } = this.looking;
    const [key] = match;
    const records = textsOf(batch.lines).map((texts) =>
      recordJson(object.name, { texts, rules: match }, []),
    );
    const answer = await this.org.json(
      {
        method: 'PATCH',
        path: `/composite/sobjects/${object.name}/${key?.field.name ?? ''}`,
        body: `{"allOrNone":false,"records":[${records.join(',')}]}`,
        lastCheck: request.lastCheck,
      },
      signal,
    );
    const operation = { kind: 'upsert', change: 'added', key: key?.name } as const;
    const made = readResults(answer, batch.size, operation);
    // All of them may be made again: there is one of each.
    for (const outcome of made)
      if ('failure' in outcome && outcome.failure.kind === 'TRANSIENT') throw outcome.failure;
    const found = await this.find(batch, signal);
    return made.map((outcome, n) =>
      'failure' in outcome
        ? { kind: 'rejected', failure: outcome.failure }
        : (found[n] ?? { kind: 'missing' }),
    );
  }

  async close(): Promise<void> {}

  private foundOf(answer: Answers): Found {
    if (answer.length === 0) return { kind: 'missing' };
    if (answer.length > 1) return { kind: 'many' };
    return { kind: 'found', text: canonical(answer[0], this.type) };
  }
}

/** What a value of the field is to the rest of the run. */
function typeOf({ type, scale }: DescribedField): ValueType {
  switch (type) {
    case 'boolean':
    case 'date':
      return type;
    case 'datetime':
      return 'timestamptz';
    case 'int':
    case 'long':
      return 'integer';
    case 'double':
    case 'currency':
    case 'percent':
      return scale === 0 ? 'integer' : 'decimal';
    default:
      return 'text';
  }
}

function canonical(value: unknown, type: ValueType): string | null {
  if (value === null || value === undefined) return null;
  if (typeof value === 'boolean') return value ? 't' : 'f';
  if (type === 'timestamptz')
    return new Date(momentOf(String(value)))
      .toISOString()
      .replace('T', ' ')
      .replace(/(?:\.000)?Z$/, '+00');
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** As Salesforce writes a moment: `2026-11-24T10:00:00.000+0000`. */
const momentOf = (text: string): string => text.replace(/([-+]\d\d)(\d\d)$/, '$1:$2');

function notFilterable(name: string): Failure {
  return new Failure(
    'CONFIG',
    'destination.not_filterable',
    'A lookup matches a field that Salesforce does not search by. Match another one.',
    { detail: name },
  );
}

/** Only the external id itself keeps two that look at once from each making the record. */
function checkCreates(object: DescribedObject, match: readonly FieldRule[]): void {
  const [key, ...others] = match;
  const isOne = key?.field.externalId === true && others.length === 0;
  if (!isOne)
    throw new Failure(
      'CONFIG',
      'destination.match_no_external_id',
      'Missing records are made only where the lookup matches one field that is marked as External ID.',
      { detail: match.map(({ name }) => name).join(', ') },
    );
  if (!object.createable || !key.field.createable)
    throw new Failure(
      'CONFIG',
      'destination.forbidden',
      'The integration user may not do this with the object.',
      { detail: object.name, vendorCode: 'INSUFFICIENT_ACCESS_OR_READONLY' },
    );
}

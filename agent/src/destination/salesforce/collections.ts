import type {
  Batch,
  BulkTarget,
  LastCheck,
  OperationKind,
  Outcome,
  PlannedRows,
  Target,
} from '../../connector/destination.js';
import { textsOf } from '../../connector/lines.js';
import { Failure } from '../../failure.js';
import { Bulk } from './bulk.js';
import { bulkChanges } from './bulk-choice.js';
import { constantMember, fittedText, recordJson, rejectionOf } from './payload.js';
import { findRecords } from './find-records.js';
import { fieldNamed } from './describe.js';
import { LockLine } from './lock-line.js';
import type { Org, OrgRequest } from './org.js';
import { readResults } from './results.js';
import { outcomeOfMissing, outcomeOfSeveral } from './row-outcome.js';
import { isRecordId } from './soql.js';
import { writesRow } from './writing.js';
import type { Writing } from './writing.js';

type Texts = readonly (string | null)[];

/** One record of a call: which row it is, and its JSON; for a removal its Id alone. */
interface Item {
  row: number;
  text: string;
}

/**
 * Rows by REST sObject Collections: up to 200 in a call, each with an outcome of its own (`allOrNone` false). What is
 * keyed by an external id and must not be created is found by a query first, and written by its Id.
 * https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_composite_sobjects_collections_upsert.htm (read 2026-11)
 */
export class Collections implements Target {
  readonly maxRows: number;
  readonly maxBytes = 2 << 20;
  readonly concurrency: number;
  private readonly line = new LockLine();
  /** Rows that a lock kept out, by their names, until they are tried again. */
  private readonly locked = new Set<string>();

  constructor(
    private readonly org: Org,
    private readonly writing: Writing,
    private readonly lastCheck: LastCheck,
  ) {
    this.maxRows = writing.options.batchSize;
    this.concurrency = writing.options.parallel;
  }

  /** A record without a unique key is made as often as it is asked for. */
  isRepeatable(kind: OperationKind): boolean {
    return kind !== 'create' || this.writing.key !== undefined;
  }

  /** The changes that are too many for calls go by jobs. */
  async begin(planned: PlannedRows): Promise<Target | BulkTarget> {
    const changes = bulkChanges(planned, this.writing);
    if (changes.size === 0) return this;
    const { org, writing, lastCheck } = this;
    return new Bulk(org, this, { writing, lastCheck, changes });
  }

  async deliver(batch: Batch, signal: AbortSignal): Promise<Outcome[]> {
    const wasLocked = this.forget(batch);
    const work = (): Promise<Outcome[]> => {
      signal.throwIfAborted();
      return this.write(batch, signal);
    };
    const outcomes = wasLocked ? await this.line.byItself(work) : await this.line.beside(work);
    outcomes.forEach((outcome, n) => {
      if (isPutOff(outcome)) this.locked.add(batch.nameOf(n));
    });
    return outcomes;
  }

  async close(): Promise<void> {}

  private forget(batch: Batch): boolean {
    if (this.locked.size === 0) return false;
    let wasLocked = false;
    for (let n = 0; n < batch.size; n += 1)
      if (this.locked.delete(batch.nameOf(n))) wasLocked = true;
    return wasLocked;
  }

  private async write(batch: Batch, signal: AbortSignal): Promise<Outcome[]> {
    const outcomes: (Outcome | undefined)[] = Array.from({ length: batch.size });
    const items = await this.itemsOf(batch, outcomes, signal);
    if (items.length > 0) {
      const answer = await this.org.json(this.requestFor(batch.kind, items), signal);
      const told = readResults(answer, items.length, { ...batch, key: this.writing.key?.name });
      items.forEach(({ row }, n) => (outcomes[row] = told[n]));
    }
    return outcomes as Outcome[];
  }

  /** What is to be sent; the other rows have their outcome. */
  private async itemsOf(
    batch: Batch,
    outcomes: (Outcome | undefined)[],
    signal: AbortSignal,
  ): Promise<Item[]> {
    const rows = textsOf(batch.lines);
    const ids = await this.idsOf(batch, { rows, outcomes }, signal);
    const items: Item[] = [];
    rows.forEach((texts, row) => {
      if (outcomes[row]) return;
      try {
        items.push({ row, text: this.textOf(batch.kind, texts, ids?.[row]) });
      } catch (error) {
        outcomes[row] = { kind: 'rejected', failure: rejectionOf(error) };
      }
    });
    return items;
  }

  /** The Ids of rows that are written by them; undefined for what is upserted or created. */
  private async idsOf(
    batch: Batch,
    { rows, outcomes }: { rows: readonly Texts[]; outcomes: (Outcome | undefined)[] },
    signal: AbortSignal,
  ): Promise<readonly string[] | undefined> {
    const { key, object } = this.writing;
    if (!key || batch.kind === 'upsert' || batch.kind === 'create') return undefined;
    const keys = rows.map(([text]) => fittedText(key, text ?? ''));
    if (key.field.name === 'Id') {
      keys.forEach((id, row) => {
        // Ids stand side by side in the address of a removal: a text that is none could be two.
        if (!isRecordId(id)) outcomes[row] = { kind: 'rejected', failure: noId() };
      });
      return keys;
    }
    const question = { object, match: [key.field], returns: fieldNamed(object, 'Id') };
    const lines = keys.map((text) => [text]);
    const found = await findRecords(this.org, { question, lines }, signal);
    return found.map(([id, another], row) => {
      if (id === undefined) outcomes[row] = outcomeOfMissing(batch);
      else if (another !== undefined) outcomes[row] = outcomeOfSeveral();
      return String(id);
    });
  }

  private textOf(kind: OperationKind, texts: Texts, id: string | undefined): string {
    if (kind === 'delete') return id ?? '';
    const { object, key, fields, constants } = this.writing;
    const members = (constants[kind] ?? []).map(constantMember);
    if (id !== undefined) members.unshift(`"id":${JSON.stringify(id)}`);
    const keyColumns = key ? [id === undefined ? key : undefined] : [];
    const rules = writesRow(kind) ? [...keyColumns, ...fields] : [];
    return recordJson(object.name, { texts, rules }, members);
  }

  private requestFor(kind: OperationKind, items: readonly Item[]): OrgRequest {
    const { object, key, options } = this.writing;
    const { lastCheck } = this;
    const path = '/composite/sobjects';
    if (kind === 'delete') {
      const ids = encodeURIComponent(items.map(({ text }) => text).join(','));
      return { method: 'DELETE', path: `${path}?ids=${ids}&allOrNone=false`, lastCheck };
    }
    const body = `{"allOrNone":false,"records":[${items.map(({ text }) => text).join(',')}]}`;
    const headers = options.duplicates === 'save' ? saveDuplicates : {};
    const rest = { body, headers, lastCheck };
    if (kind === 'create') return { method: 'POST', path, ...rest };
    const by = kind === 'upsert' ? `/${object.name}/${key?.field.name ?? ''}` : '';
    return { method: 'PATCH', path: `${path}${by}`, ...rest };
  }
}

/** https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/headers_duplicaterules.htm (read 2026-11) */
const saveDuplicates = { 'sforce-duplicate-rule-header': 'allowSave=true' };

function noId(): Failure {
  return new Failure(
    'REJECTED',
    'destination.bad_value',
    'A value can not be what its field in Salesforce is.',
    { vendorCode: 'MALFORMED_ID', detail: 'Id: 15 or 18 letters and digits' },
  );
}

function isPutOff(outcome: Outcome): outcome is { kind: 'rejected'; failure: Failure } {
  return outcome.kind === 'rejected' && outcome.failure.kind === 'TRANSIENT';
}

import { randomUUID } from 'node:crypto';
import type { Failure } from '../failure.js';
import type { Store } from '../store/store.js';
import { errorTextOf } from './error-text.js';
import type { ErrorText, Redact } from './error-text.js';
import type { SyncPaths } from './paths.js';
import type { ErrorTally } from './sync-request.js';

interface Group extends ErrorTally {
  message: string;
  samples: (ErrorText & { change?: string; ord?: number })[];
}

/** Which row it befell; `sent` is what was sent of it, as texts by field. */
export interface FailedRow {
  change: string;
  ord: number;
  sent?: () => Readonly<Record<string, string | null>>;
}

const maxGroups = 50;
const maxSamples = 20;

/** Failures of a run, grouped by what a person would do about them. Their texts go to the bucket and nowhere else. */
export class Tally {
  private readonly groups = new Map<string, Group>();

  /** Texts may quote rows; they are left out where no values may rest in the bucket. */
  constructor(private readonly options: { keepsTexts: boolean; redact: Redact }) {}

  add(failure: Failure, row?: FailedRow, count = 1): ErrorTally {
    const group = this.groupOf(failure);
    group.count += count;
    if (group.samples.length < maxSamples) group.samples.push(this.sampleOf(failure, row));
    return shown(group);
  }

  has(code: string): boolean {
    return this.list().some(({ failure }) => failure.code === code);
  }

  list(): ErrorTally[] {
    return [...this.groups.values()].map(shown);
  }

  /** Writes each group's texts to `errors/<errorId>.json`. */
  async save(store: Store, paths: SyncPaths, runId: string): Promise<void> {
    for (const { failure, errorId, count, message, samples } of this.groups.values()) {
      const body = JSON.stringify({ ...failure, message, count, samples }, null, 2);
      await store.put(paths.error(runId, errorId), Buffer.from(body));
    }
  }

  private sampleOf(failure: Failure, row: FailedRow | undefined): Group['samples'][number] {
    const { keepsTexts, redact } = this.options;
    const place = row && { change: row.change, ord: row.ord };
    if (keepsTexts) return { ...place, ...errorTextOf(failure, redact, row?.sent?.()) };
    const isLeftOut = failure.detail !== undefined || failure.dialogue !== undefined;
    return { ...place, ...(isLeftOut && { detail: 'Left out: snapshots are hashed.' }) };
  }

  private groupOf(failure: Failure): Group {
    const { kind, code, vendorCode, message } = failure;
    const key = this.groups.size < maxGroups ? `${code} ${vendorCode}` : 'more';
    const known = this.groups.get(key) ?? this.groups.get(`${code} ${vendorCode}`);
    if (known) return known;
    const told =
      key === 'more'
        ? { kind, code: 'delivery.more_errors', vendorCode: '' }
        : { kind, code, vendorCode };
    const group: Group = { failure: told, errorId: randomUUID(), count: 0, message, samples: [] };
    this.groups.set(key, group);
    return group;
  }
}

/** Without the texts. */
function shown({ failure, errorId, count }: Group): ErrorTally {
  return { failure, errorId, count };
}

import type {
  Batch,
  Outcome,
  PlannedRows,
  Target,
  TargetRequest,
} from '../../connector/destination.js';
import { mayHaveArrived } from '../../connector/in-doubt.js';
import { Failure } from '../../failure.js';
import type { Addresses } from './addresses.js';
import type { SlackApi } from './api.js';
import type { Letter } from './letter.js';
import { namesBetween, namesOf } from './names.js';
import type { Names } from './names.js';
import type { Options } from './options.js';
import { Posting } from './posting.js';
import type { Post } from './posting.js';
import { Recall } from './recall.js';
import { isOfPlace, noPlace } from './refusals.js';
import { rowsOf } from './row.js';
import type { Row } from './row.js';
import { Writing } from './writing.js';

/** Rows that go to several places are named in ranges with gaps, and a message can carry only so many. */
const mostScattered = 400;
const mostInFile = 50_000;
const mostCounted = 1_000_000;

export interface TargetParts {
  api: SlackApi;
  addresses: Addresses;
  options: Options;
  request: TargetRequest;
  /** Whether the token may read a history at all. */
  recalls: boolean;
}

/** A feed: each row of a plan becomes a message, or part of one. */
export class SlackTarget implements Target {
  readonly maxRows: number;
  readonly maxBytes: number;
  /** Messages stay in order. */
  readonly concurrency = 1;
  readonly wantsFormer: boolean;
  readonly recall?: NonNullable<Target['recall']>;
  private readonly writing: Writing;
  private readonly posting: Posting;
  private readonly lost: Recall;

  constructor(
    private readonly parts: TargetParts,
    /** So many rows that only their count is told. */
    private readonly isCollapsed = false,
  ) {
    const { options, request, api } = parts;
    this.writing = new Writing(options, request);
    this.posting = new Posting(api, { lastCheck: request.lastCheck, unfurl: options.unfurl });
    this.lost = new Recall(api);
    this.maxRows = this.most();
    this.maxBytes = isCollapsed ? 64 << 20 : 8 << 20;
    this.wantsFormer = !isCollapsed && !request.forgets && options.changed !== undefined;
    if (parts.recalls)
      this.recall = (batch, signal, since) => this.lookUp(batch, { signal, since });
  }

  isRepeatable(): boolean {
    return false;
  }

  async begin({ added, changed, removed }: PlannedRows): Promise<Target> {
    const { collapseAbove, shape } = this.parts.options;
    const isMany = collapseAbove > 0 && added + changed + removed > collapseAbove;
    return isMany && shape !== 'file' ? new SlackTarget(this.parts, true) : this;
  }

  async deliver(batch: Batch, signal: AbortSignal): Promise<Outcome[]> {
    const outcomes: (Outcome | undefined)[] = Array.from({ length: batch.size });
    const posts = await this.postsOf(batch, outcomes, signal);
    await this.send(posts, outcomes, signal);
    return outcomes.map((outcome) => outcome ?? putOff);
  }

  async close(): Promise<void> {}

  private most(): number {
    const { options, addresses } = this.parts;
    const isScattered = addresses.fixed === undefined;
    if (this.isCollapsed) return isScattered ? mostScattered : mostCounted;
    if (options.shape === 'file') return isScattered ? mostScattered : mostInFile;
    return options.shape === 'digest' ? (options.digestRows ?? 1) : 1;
  }

  /** The messages of a batch; rows of which none is made get their outcome at once. */
  private async postsOf(
    batch: Batch,
    outcomes: (Outcome | undefined)[],
    signal: AbortSignal,
  ): Promise<Post[]> {
    const { fixed } = this.parts.addresses;
    if (this.isCollapsed && fixed !== undefined) return [countOf(batch, fixed, this.writing)];
    const rows = rowsOf(batch).filter((row) => isNews(row, batch) || skip(outcomes, row));
    const posts: Post[] = [];
    for (const [channel, group] of await this.grouped(rows, outcomes, signal)) {
      const { letters, failed } = this.isCollapsed
        ? {
            letters: [
              this.writing.count(
                group.map(({ n }) => n),
                batch.change,
              ),
            ],
            failed: [],
          }
        : this.writing.write(group, batch.change);
      for (const { n, failure } of failed) outcomes[n] = { kind: 'rejected', failure };
      posts.push(...letters.map((letter) => ({ channel, letter, names: namesIn(batch, letter) })));
    }
    return posts;
  }

  private async grouped(
    rows: readonly Row[],
    outcomes: (Outcome | undefined)[],
    signal: AbortSignal,
  ): Promise<Map<string, Row[]>> {
    const groups = new Map<string, Row[]>();
    for (const row of rows)
      try {
        const channel = await this.parts.addresses.of(row.record, signal);
        const group = groups.get(channel);
        if (group) group.push(row);
        else groups.set(channel, [row]);
      } catch (error) {
        if (!(error instanceof Failure) || error.kind !== 'REJECTED') throw error;
        outcomes[row.n] = { kind: 'rejected', failure: error };
      }
    return groups;
  }

  /**
   * One message after the other. While nothing was posted, what stops one stops the batch; after that the others wait
   * for another batch, so that nobody takes what was posted for not posted. Where it can be looked up what was, a lost
   * answer puts all of it in doubt: then each row gets its own.
   */
  private async send(
    posts: readonly Post[],
    outcomes: (Outcome | undefined)[],
    signal: AbortSignal,
  ): Promise<void> {
    let isPosted = false;
    const settle = (letter: Letter, outcome: Outcome): void => {
      for (const n of letter.rows) outcomes[n] = outcome;
    };
    for (const post of posts) {
      const failure = await this.attempt(post, signal);
      if (!failure) {
        isPosted = true;
        settle(post.letter, { kind: 'accepted' });
      } else if (failure.kind === 'REJECTED') settle(post.letter, { kind: 'rejected', failure });
      else if (!isPosted || (mayHaveArrived(failure) && this.recall)) throw failure;
      else {
        if (mayHaveArrived(failure)) settle(post.letter, { kind: 'unknown', failure });
        else if (failure.kind === 'TRANSIENT') settle(post.letter, { kind: 'rejected', failure });
        return;
      }
    }
  }

  private async attempt(post: Post, signal: AbortSignal): Promise<Failure | undefined> {
    this.lost.outdate(post.channel);
    try {
      await this.posting.post(post, signal);
      return undefined;
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      const isOfSync = this.parts.addresses.fixed !== undefined;
      return isOfSync && error.kind === 'REJECTED' && isOfPlace(error) ? noPlace(error) : error;
    }
  }

  private async lookUp(
    batch: Batch,
    asked: { signal: AbortSignal; since: Date },
  ): Promise<(Outcome | undefined)[]> {
    const outcomes: (Outcome | undefined)[] = Array.from({ length: batch.size });
    const { fixed } = this.parts.addresses;
    const all = (): number[] => Array.from({ length: batch.size }, (_, n) => n);
    const groups: [string, number[]][] =
      fixed === undefined
        ? [...(await this.grouped(rowsOf(batch), [], asked.signal))].map(([channel, rows]) => [
            channel,
            rows.map(({ n }) => n),
          ])
        : [[fixed, all()]];
    for (const [channel, rows] of groups) {
      const names = rows.map((n) => batch.nameOf(n));
      const found = await this.lost.look(channel, names, asked);
      found.forEach((outcome, at) => (outcomes[rows[at] ?? 0] = outcome));
    }
    return outcomes;
  }
}

/** Sent as a batch of its own. */
const putOff: Outcome = {
  kind: 'rejected',
  failure: new Failure(
    'TRANSIENT',
    'destination.unfinished',
    'Another message of the same rows could not be posted. The rest is sent again.',
  ),
};

const told: Outcome = { kind: 'accepted' };

/** A changed row whose fields are what they were, as when everything is sent again, is nothing to tell of. */
function isNews({ changes, isKnownFormer }: Row, { change }: Batch): boolean {
  return change !== 'changed' || !isKnownFormer || changes.length > 0;
}

function skip(outcomes: (Outcome | undefined)[], { n }: Row): false {
  outcomes[n] = told;
  return false;
}

function countOf(batch: Batch, channel: string, writing: Writing): Post {
  const rows = Array.from({ length: batch.size }, (_, n) => n);
  const names = namesBetween(batch.nameOf(0), batch.nameOf(batch.size - 1));
  return { channel, letter: writing.count(rows, batch.change), names };
}

function namesIn(batch: Batch, { rows }: Letter): Names {
  return namesOf(rows.map((n) => batch.nameOf(n)));
}

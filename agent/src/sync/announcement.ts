import type { Target } from '../connector/destination.js';
import { crashPoint } from '../crash-point.js';
import type { ObjectPointer } from '../store/store.js';
import { begun } from './added-rows.js';
import type { AddedPart } from './added-rows.js';
import { moveHead } from './baseline.js';
import type { Head } from './baseline.js';
import { journalFormat } from './journal-format.js';
import type { InFlightPart } from './journal.js';
import type { Change } from './mapping.js';
import type { PlanPart } from './plan.js';
import type { Run } from './run.js';

/** Whether a part may leave while the end of it is still on its way to the bucket. */
export type Trails = (part: PlanPart) => boolean;

/**
 * What of a plan is in the bucket and named by the head: nothing else may leave. Added rows that leave as they were
 * staged follow file by file; all the rest is there before the first operation.
 */
export class Announcement {
  private readonly parts: InFlightPart[] = [];
  /** Files that are still to come. */
  private readonly trailing = new Map<InFlightPart, AddedPart[]>();
  /** Rows of each part that the head names. */
  private named = new Map<Change, number>();
  private growing: Promise<void> | undefined;

  private constructor(private readonly run: Run) {}

  static async make(
    run: Run,
    parts: readonly PlanPart[],
    { target, trails }: { target: Pick<Target, 'isRepeatable'>; trails: Trails },
  ): Promise<Announcement> {
    const made = new Announcement(run);
    made.parts.push(
      ...(await Promise.all(
        parts.map(async (part) => {
          const { change, kind, rows } = part;
          const repeatable = kind === undefined || target.isRepeatable(kind, change);
          const told = { change, ...(kind ? { kind } : {}), repeatable };
          if (!trails(part)) return { ...told, rows, files: await uploadPart(run, part) };
          const inFlight: InFlightPart = { ...told, rows: 0, files: [] };
          const files = [...(part.staged?.parts ?? [])];
          // A canary will need few of them.
          if (run.request.run.canary === undefined) for (const file of files) begun(file.send?.());
          made.trailing.set(inFlight, files);
          sendFingerprints(run, part);
          await made.takeNext(inFlight);
          return inFlight;
        }),
      )),
    );
    return made;
  }

  /** Names in the head what is in the bucket. */
  async tell(): Promise<void> {
    const { run } = this;
    const { tools, paths, baseline } = run;
    tools.lease.assertTrusted();
    const head = headOf(run, this.parts);
    const named = new Map(this.parts.map(({ change, rows }) => [change, rows]));
    crashPoint('announce.before');
    const etag = await moveHead(tools.store, { paths, etag: baseline.etag }, head);
    crashPoint('announce.after');
    run.baseline = { ...baseline, head, etag };
    this.named = named;
  }

  /** Resolves when the rows of a part up to `to` may leave. */
  async reach(change: Change, to: number): Promise<void> {
    const part = this.parts.find((each) => each.change === change);
    if (!part) return;
    // Rows of a file that is in the bucket and not named yet would not be found by a restart.
    const isNamed = (): boolean => (this.named.get(change) ?? 0) >= to;
    while (!isNamed() && (part.rows >= to || this.trailing.has(part))) {
      this.growing ??= this.grow(part).finally(() => (this.growing = undefined));
      await this.growing;
    }
  }

  /** Where the files of a part are in the bucket, as far as they are. */
  filesOf(change: Change): ObjectPointer[] {
    return this.parts.find((each) => each.change === change)?.files ?? [];
  }

  private async grow(part: InFlightPart): Promise<void> {
    await this.takeNext(part);
    await this.tell();
  }

  /** Takes the next file, and those after it that are in the bucket already: to name one takes as long as to name ten. */
  private async takeNext(part: InFlightPart): Promise<void> {
    const files = this.trailing.get(part) ?? [];
    for (
      let next = files[0], isFirst = true;
      next && (isFirst || next.isInBucket);
      next = files[0]
    ) {
      const pointer = await next.send?.();
      if (pointer) part.files.push(pointer);
      part.rows += await next.convert();
      files.shift();
      isFirst = false;
    }
    if (files.length === 0) this.trailing.delete(part);
  }
}

/** They are wanted when the rows are recorded; if that goes wrong, they expire with the plan. */
function sendFingerprints({ tools, paths, runId }: Run, { change, staged }: PlanPart): void {
  if (!staged) return;
  const { fingerprints } = staged;
  const key = paths.planFingerprints(runId, tools.lease.epoch, change);
  fingerprints.onItsWay = tools.store
    .upload(key, fingerprints.file, tools.signal)
    .catch(() => undefined);
}

/** Where the files of a part are in the bucket. */
async function uploadPart(
  { tools, paths, runId }: Run,
  { change, staged, sealed, files }: PlanPart,
): Promise<ObjectPointer[]> {
  const sent = sealed ? undefined : staged?.parts.map(({ send }) => send?.());
  const pointers: ObjectPointer[] = [];
  for (const [n, file] of (sealed ? [sealed.told] : files).entries())
    pointers.push(await (sent?.[n] ?? upload(file, n)));
  return pointers;

  async function upload(file: string, n: number): Promise<ObjectPointer> {
    const key = paths.plan(runId, tools.lease.epoch, n > 0 ? `${change}-${n}` : change);
    crashPoint('plan-upload.before');
    const pointer = await tools.store.upload(key, file, tools.signal);
    crashPoint('plan-upload.after');
    return pointer;
  }
}

function headOf(run: Run, parts: readonly InFlightPart[]): Head {
  const { tools, runId, baseline, shape, footing } = run;
  const epoch = String(tools.lease.epoch);
  return {
    ...baseline.head,
    epoch,
    inFlight: {
      runId,
      epoch,
      startedAt: run.startedAt.toISOString(),
      seed: String(shape.seed),
      columns: [...shape.columns],
      keyColumns: shape.keyColumns,
      target: shape.target,
      place: shape.place,
      form: shape.form,
      mapping: shape.mapping,
      mac: shape.mac,
      owed: footing.owed,
      fresh: run.fresh,
      journal: journalFormat,
      parts: parts.map((part) => ({ ...part, files: [...part.files] })),
    },
  };
}

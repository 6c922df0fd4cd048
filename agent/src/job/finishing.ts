import { isBulk } from '../connector/destination.js';
import type {
  AnyTarget,
  BulkTarget,
  DestinationConnection,
  Finder,
  Target,
} from '../connector/destination.js';
import type { Clock } from '../clock.js';
import type { Store } from '../store/store.js';

/** How long what is in flight is waited for, in milliseconds: a run that is told to stop has ended within 5 seconds. */
const graceMs = 3_000;

/** What still counts once a run is told to stop: `lost`, at once, and after a while that nobody answers. */
export function lastCall(
  { stop, lost, ended }: { stop: AbortSignal; lost: AbortSignal; ended: AbortSignal },
  clock: Clock,
): AbortSignal {
  const over = new AbortController();
  const wait = (): void => {
    const until = AbortSignal.any([lost, ended]);
    void clock.sleep(graceMs, until).then(
      () => over.abort(stop.reason),
      () => undefined,
    );
  };
  if (stop.aborted) wait();
  else stop.addEventListener('abort', wait, { once: true, signal: ended });
  return AbortSignal.any([lost, over.signal]);
}

/**
 * Told to stop, a run sends nothing more; but the batch in flight gets its answer and is recorded, so that nobody has
 * to guess what became of it. Only `lost`, the loss of the lease or of all patience, cuts that off.
 */
export function finishingDestination(
  destination: DestinationConnection,
  lost: AbortSignal,
): DestinationConnection {
  const { openFinder, list } = destination;
  return {
    check: (signal) => destination.check(signal),
    open: async (request, signal) => finishingTarget(await destination.open(request, signal), lost),
    ...(openFinder && {
      openFinder: async (request, signal) =>
        finishingFinder(await openFinder(request, signal), lost),
    }),
    ...(list && { list }),
    close: () => destination.close(),
  };
}

function finishingTarget(target: AnyTarget, lost: AbortSignal): AnyTarget {
  return isBulk(target) ? finishingJobs(target, lost) : finishingBatches(target, lost);
}

type Opened = Pick<
  AnyTarget,
  | 'maxRows'
  | 'maxBytes'
  | 'concurrency'
  | 'isRepeatable'
  | 'begin'
  | 'finish'
  | 'wasFinished'
  | 'close'
>;

function finishingOpened(target: AnyTarget, lost: AbortSignal): Opened {
  const { begin, finish, wasFinished } = target;
  return {
    maxRows: target.maxRows,
    maxBytes: target.maxBytes,
    concurrency: target.concurrency,
    isRepeatable: target.isRepeatable.bind(target),
    ...(begin && {
      begin: async (...told: Parameters<typeof begin>) =>
        finishingTarget(await begin.apply(target, told), lost),
    }),
    ...(finish && { finish: async () => finish.call(target, lost) }),
    ...(wasFinished && { wasFinished: async () => wasFinished.call(target, lost) }),
    close: () => target.close(),
  };
}

/** A job is not waited for: it is the engine that says how long, and that it is to be ended. */
function finishingJobs(target: BulkTarget, lost: AbortSignal): BulkTarget {
  return {
    ...finishingOpened(target, lost),
    format: target.format,
    ...(target.batches && { batches: finishingBatches(target.batches, lost) }),
    ...(target.takes && { takes: target.takes.bind(target) }),
    create: (load) => target.create(load, lost),
    submit: (job, load) => target.submit(job, load, lost),
    look: (job) => target.look(job, lost),
    results: (job, load) => target.results(job, load, lost),
    outcomeOf: (reason, load) => target.outcomeOf(reason, load),
    abort: (job) => target.abort(job, lost),
  };
}

function finishingBatches(target: Target, lost: AbortSignal): Target {
  const { recall } = target;
  return {
    ...finishingOpened(target, lost),
    ...(target.wantsFormer && { wantsFormer: true }),
    deliver: (batch) => target.deliver(batch, lost),
    ...(recall && { recall: (batch, _, since) => recall.call(target, batch, lost, since) }),
  };
}

/** Finding something changes nothing and may be cut off; a record in the making is waited for. */
function finishingFinder(finder: Finder, lost: AbortSignal): Finder {
  return {
    type: finder.type,
    maxRows: finder.maxRows,
    maxBytes: finder.maxBytes,
    concurrency: finder.concurrency,
    maxMade: finder.maxMade ?? finder.maxRows,
    isRepeatable: finder.isRepeatable,
    find: (batch, signal) => finder.find(batch, signal),
    create: (batch) => finder.create(batch, lost),
    close: () => finder.close(),
  };
}

/** What is uploaded without a signal of its own, like the record of what was taken, only the loss of the lease cuts off. */
export function finishingStore(store: Store, lost: AbortSignal): Store {
  return {
    url: store.url,
    get: (key, signal) => store.get(key, signal),
    download: (pointer, path, signal) => store.download(pointer, path, signal),
    put: (key, body, condition) => store.put(key, body, condition),
    upload: (key, path, signal) => store.upload(key, path, eitherOf(signal, lost)),
    copy: (from, key, signal) => store.copy(from, key, eitherOf(signal, lost)),
    list: (of, signal) => store.list(of, signal),
    folders: (prefix, signal) => store.folders(prefix, signal),
    remove: (keys) => store.remove(keys),
    check: (signal) => store.check(signal),
    get bytesWritten() {
      return store.bytesWritten;
    },
  };
}

function eitherOf(signal: AbortSignal | undefined, lost: AbortSignal): AbortSignal {
  return signal ? AbortSignal.any([signal, lost]) : lost;
}

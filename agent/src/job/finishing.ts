import type { DestinationConnection, Finder, Target } from '../connector/destination.js';
import type { Store } from '../store/store.js';

/**
 * Told to stop, a run sends nothing more; but the batch in flight gets its answer and is recorded, so that nobody has
 * to guess what became of it. Only `lost`, the loss of the lease, cuts that off.
 */
export function finishingDestination(
  destination: DestinationConnection,
  lost: AbortSignal,
): DestinationConnection {
  const { openFinder } = destination;
  return {
    check: (signal) => destination.check(signal),
    open: async (request, signal) => finishingTarget(await destination.open(request, signal), lost),
    ...(openFinder && {
      openFinder: async (request, signal) =>
        finishingFinder(await openFinder(request, signal), lost),
    }),
    close: () => destination.close(),
  };
}

function finishingTarget(target: Target, lost: AbortSignal): Target {
  return {
    maxRows: target.maxRows,
    maxBytes: target.maxBytes,
    concurrency: target.concurrency,
    isRepeatable: (kind, change) => target.isRepeatable(kind, change),
    deliver: (batch) => target.deliver(batch, lost),
    ...(target.finish && { finish: async () => target.finish?.(lost) }),
    close: () => target.close(),
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

/** The uploads of the record step go on after a stop as well. */
export function finishingStore(store: Store, lost: AbortSignal): Store {
  return {
    get: (key, signal) => store.get(key, signal),
    download: (pointer, path, signal) => store.download(pointer, path, signal),
    put: (key, body, condition) => store.put(key, body, condition),
    upload: (key, path) => store.upload(key, path, lost),
    copy: (from, key) => store.copy(from, key, lost),
    list: (prefix, signal) => store.list(prefix, signal),
    folders: (prefix, signal) => store.folders(prefix, signal),
    remove: (keys) => store.remove(keys),
    check: (signal) => store.check(signal),
    get bytesWritten() {
      return store.bytesWritten;
    },
  };
}

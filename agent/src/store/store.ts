/**
 * The customer's bucket, as little of it as the engine needs. Keys are relative to the configured prefix.
 * Failures: TRANSIENT `store.unreachable`, `store.slow_down`; CONFIG `store.denied`, `store.no_bucket`;
 * `store.conflict` (INTERNAL unless the caller expects it) when a condition did not hold.
 */
export interface Store {
  /** Where it is: `s3://bucket/prefix/`. */
  readonly url: string;
  /** Undefined when there is no such object. */
  get(key: string, signal?: AbortSignal): Promise<StoredObject | undefined>;
  /**
   * Streams an object into a file and verifies its length, and its SHA-256 where that is known; a mismatch is CONFIG
   * `store.corrupt`.
   */
  download(object: ObjectPointer | ListedObject, path: string, signal?: AbortSignal): Promise<void>;
  /** `condition` makes the write atomic against every other writer of the key. */
  put(key: string, body: Uint8Array, condition?: WriteCondition): Promise<{ etag: string }>;
  /** Streams a file up (multipart when large). Objects that are uploaded are never overwritten: `If-None-Match: *`. */
  upload(key: string, path: string, signal?: AbortSignal): Promise<ObjectPointer>;
  /**
   * Makes `key` another copy of an object without moving its bytes through the agent, over whatever was there. INTERNAL
   * `store.no_copy` where the store can't: it has no such request, or the object is larger than 5 GiB.
   */
  copy(from: ObjectPointer, key: string, signal?: AbortSignal): Promise<ObjectPointer>;
  /** In the order of the keys' bytes; of those after `after`, where that is given. */
  list(of: string | ListRange, signal?: AbortSignal): AsyncIterable<ListedObject>;
  /** What follows the prefix up to the next `/` (included), of all keys, in order. */
  folders(prefix: string, signal?: AbortSignal): AsyncIterable<string>;
  /** Throws when one of them stays; one that is not there is no matter. */
  remove(keys: readonly string[]): Promise<void>;
  /** Writes, reads, conditionally rewrites and removes a small object, and says what is missing. */
  check(signal?: AbortSignal): Promise<void>;
  /** Bytes written since the start. */
  readonly bytesWritten: number;
}

export interface StoredObject {
  body: Uint8Array;
  etag: string;
}

export interface ListRange {
  prefix: string;
  /** A key, which need not exist. */
  after: string;
}

export interface ListedObject {
  key: string;
  bytes: number;
  /** By the store's own clock, in milliseconds since 1970. */
  modified: number;
}

/** Where a file rests, and how to know it again. */
export interface ObjectPointer {
  key: string;
  bytes: number;
  /** Lower-case hex. */
  sha256: string;
}

export type WriteCondition = { ifMatch: string } | { ifNoneMatch: '*' };

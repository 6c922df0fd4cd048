/** Who must act: time, this record, a person, nobody (it was asked for), us. */
export type FailureKind = 'TRANSIENT' | 'REJECTED' | 'CONFIG' | 'CANCELLED' | 'INTERNAL';

export interface FailureOptions {
  /** SQLSTATE, HTTP status or a code of the vendor's own published list: `[A-Z0-9_]{0,64}`, never free text. */
  vendorCode?: string;
  /** How long the far side asked us to wait, in milliseconds. */
  retryAfterMs?: number;
  /**
   * What the far side said, word for word. It may quote rows, so it goes to the customer's bucket and
   * nowhere else: not into a message, a log line or a report.
   */
  detail?: string;
  /** What the far side was asked, and what it answered. Goes where `detail` goes, without the secrets. */
  dialogue?: Dialogue | undefined;
  cause?: unknown;
}

/** Texts, bytes of a text, numbers, and objects and lists of them; nothing that changes later. */
export interface Dialogue {
  request: Readonly<Record<string, unknown>>;
  response?: Readonly<Record<string, unknown>>;
}

/**
 * The one class that the agent throws on purpose. `code` is `room.what` and is written where it is
 * thrown; `message` is a fixed text for a person, says what to do next, and holds no value of a row.
 */
export class Failure extends Error {
  readonly vendorCode: string;
  readonly retryAfterMs: number;
  detail: string | undefined;
  dialogue: Dialogue | undefined;

  constructor(
    readonly kind: FailureKind,
    readonly code: string,
    message: string,
    options: FailureOptions = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'Failure';
    this.vendorCode = options.vendorCode ?? '';
    this.retryAfterMs = options.retryAfterMs ?? 0;
    this.detail = options.detail;
    this.dialogue = options.dialogue;
  }

  /** Adds what was asked, unless that is known already. */
  during(dialogue: Dialogue): this {
    this.dialogue ??= dialogue;
    return this;
  }

  /** Adds to the text that rests in the customer's bucket. */
  adding(text: string): this {
    this.detail = this.detail === undefined ? text : `${this.detail}\n${text}`;
    return this;
  }
}

/** Anything thrown, as a Failure: what nobody translated is a bug of ours, not weather. */
export function failureOf(error: unknown): Failure {
  if (error instanceof Failure) return error;
  if ((error as NodeJS.ErrnoException | undefined)?.code === 'ENOSPC') return diskFull(error);
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return new Failure('INTERNAL', 'internal.unexpected', 'Something unexpected went wrong.', {
    detail,
    cause: error,
  });
}

/** Whatever was being written: there is no room for it on the agent's own disk. */
export function diskFull(cause: unknown, detail?: string): Failure {
  return new Failure(
    'CONFIG',
    'agent.disk_full',
    'The work folder is full: give it more room or make the model smaller.',
    { cause, ...(detail === undefined ? {} : { detail }) },
  );
}

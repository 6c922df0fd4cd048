/**
 * The one class that the control plane throws on purpose. `code` is `room.what`, written where it is thrown;
 * `message` is for a person and says what to do next. GraphQL answers carry both, and the path of the argument that was
 * wrong where one was: `['input', 'definition', 'mode']`.
 */
export class AppError extends Error {
  /** Where GraphQL looks for what goes beside the message. */
  readonly extensions: { code: string; field?: readonly string[] };

  constructor(
    readonly code: string,
    message: string,
    options: { cause?: unknown; field?: readonly string[] } = {},
  ) {
    const { field, ...rest } = options;
    super(message, rest);
    this.name = 'AppError';
    this.extensions = { code, ...(field && { field }) };
  }
}

/** Several things wrong at once, so that a person mends them in one go. Whoever looks at one error sees the first. */
export class AppErrors extends AppError {
  constructor(
    first: AppError,
    readonly errors: readonly AppError[],
  ) {
    super(first.code, first.message, first.extensions);
    this.cause = first;
  }
}

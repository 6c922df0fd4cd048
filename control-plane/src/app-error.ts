/**
 * The one class that the control plane throws on purpose. `code` is `room.what`, written where it is thrown;
 * `message` is for a person and says what to do next. GraphQL answers carry both.
 */
export class AppError extends Error {
  /** Where GraphQL looks for what goes beside the message. */
  readonly extensions: { code: string };

  constructor(
    readonly code: string,
    message: string,
    options?: { cause?: unknown },
  ) {
    super(message, options);
    this.name = 'AppError';
    this.extensions = { code };
  }
}

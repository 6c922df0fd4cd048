/** 1: it did not work out. 2: it was asked for wrongly. */
export type FailureExit = 1 | 2;

/** What ends a command early: a code for scripts, and a message that tells a person what to do. */
export class CliFailure extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly exitCode: FailureExit = 1,
  ) {
    super(message);
  }
}

import type { Ask } from './api.js';

/** What a command has to say: one document for scripts, lines for people. */
export interface Answer {
  json: unknown;
  lines: readonly string[];
  /** Lines that come one by one, in place of both: what may be larger than our memory. */
  stream?: AsyncIterable<string>;
  exitCode?: number;
}

/** What a command may use of the world around it. */
export interface Context {
  /** Opens the way to the control plane; fails when no server or token is set. */
  ask(): Ask;
  /** For people, on standard error, so that standard output stays one document. */
  note(line: string): void;
  /** Writes over the last line of a terminal; nothing where nobody watches. */
  live(line: string): void;
}

export interface Command {
  /** As commander spells it: `show <run>`. */
  usage: string;
  summary: string;
  example: string;
  /** For what `example` does not show. */
  moreExamples?: readonly string[];
  options?: readonly (readonly [flags: string, summary: string, byDefault?: string])[];
  /** Arguments in the order of `usage`, options by their long names. */
  act(given: Given, context: Context): Promise<Answer>;
}

export interface Given {
  args: readonly string[];
  options: Readonly<Record<string, string | boolean | undefined>>;
}

import { AppError } from './app-error.js';

export type SpanName =
  'graphql' | 'job.claim' | 'job.offer' | 'job.accept' | 'outbox.deliver' | 'scheduler.round';

/** What a span may say beside its name and its times: ids of ours, names of our schema, enums and counts. */
export interface SpanFacts {
  operation?: string;
  /** Why it failed, as AppError has it; `internal` for what is none. */
  code?: string;
  kind?: string;
  count?: number;
  /** Of an answer over HTTP. */
  status?: number;
  workspaceId?: string;
  poolId?: string;
  agentId?: string;
  jobId?: string;
  runId?: string;
}

const allowed = {
  operation: true,
  code: true,
  kind: true,
  count: true,
  status: true,
  workspaceId: true,
  poolId: true,
  agentId: true,
  jobId: true,
  runId: true,
} as const satisfies Record<keyof SpanFacts, true>;
export const spanFacts = Object.keys(allowed) as (keyof SpanFacts)[];

/** Texts of ours are short and plain; anything else is left out, so that nothing gets into a trace by accident. */
const plain = /^[A-Za-z0-9_.:-]{1,64}$/;

/** With what is allowed, under the names that it is sent by. */
export const attributesOf = (facts: SpanFacts): Record<string, string | number> =>
  Object.fromEntries(
    spanFacts.flatMap((name) => {
      const value = facts[name];
      const isKept = typeof value === 'number' || (value !== undefined && plain.test(value));
      return isKept ? [[`drawbridge.${name}`, value]] : [];
    }),
  );

/** A thing that is under way. */
export interface Span {
  /** With what is known by then; a `code` says that it failed. */
  end(facts?: SpanFacts): void;
}

export type Begin = (name: SpanName, facts: SpanFacts) => Span;

const silent: Span = { end: () => undefined };
const beginNothing: Begin = () => silent;

let begin = beginNothing;

/** Spans go there from now on; what is answered ends that. */
export function traceWith(other: Begin): () => void {
  begin = other;
  return () => {
    if (begin === other) begin = beginNothing;
  };
}

/** Where nobody traces, it does nothing. */
export const beginSpan: Begin = (name, facts) => begin(name, facts);

/** `factsOf` says what came of it. */
export async function traced<Result>(
  span: Span,
  work: () => Promise<Result>,
  factsOf: (result: Result) => SpanFacts = () => ({}),
): Promise<Result> {
  try {
    const result = await work();
    span.end(factsOf(result));
    return result;
  } catch (error) {
    span.end({ code: codeOf(error) });
    throw error;
  }
}

const codeOf = (error: unknown): string => (error instanceof AppError ? error.code : 'internal');

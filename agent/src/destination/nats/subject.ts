import type { JsonRecord } from '../../connector/destination.js';
import { makeCompiler } from '../../connector/template.js';
import { Failure } from '../../failure.js';

// A subject is tokens with dots between them; `*` and `>` are wildcards of those who listen, and nobody's to publish to.
// https://docs.nats.io/nats-concepts/subjects, read 2026-11.

const compile = makeCompiler(token);

/** The subject of each record: the sync's own, and below it the tokens that the row names. */
export interface Subject {
  /** Of every message of the sync; with a wildcard where the row has a part in it. */
  readonly filter: string;
  of(record: JsonRecord): string;
}

/** CONFIG `destination.bad_subject` for what is none. */
export function subjectOf(object: string, tokens: string | undefined): Subject {
  if (!isSubject(object))
    throw new Failure(
      'CONFIG',
      'destination.bad_subject',
      'The object is no subject: tokens with dots between them, with no wildcard and no space.',
      { detail: object },
    );
  if (tokens === undefined) return { filter: object, of: () => object };
  const template = compile(tokens);
  return {
    filter: `${object}.>`,
    of: (record) => {
      const subject = `${object}.${template.render(record)}`;
      if (!isSubject(subject)) throw badSubject();
      return subject;
    },
  };
}

function isSubject(text: string): boolean {
  return text.split('.').every((part) => part !== '' && !/[\s*>\p{Cc}]/u.test(part));
}

function token(value: unknown): string {
  const text = typeof value === 'object' && value ? JSON.stringify(value) : String(value ?? '');
  if (text.includes('.') || !isSubject(text)) throw badSubject();
  return text;
}

function badSubject(): Failure {
  return new Failure(
    'REJECTED',
    'destination.bad_token',
    'A value is no token of a subject: NULL, empty, or with a dot, a space or a wildcard.',
  );
}

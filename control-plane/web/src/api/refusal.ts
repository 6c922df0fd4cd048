import type { CombinedError } from 'urql';

/** The code that the server gave, in the form `room.what`. */
export const codesOf = (error: CombinedError): string[] =>
  error.graphQLErrors.flatMap(({ extensions }) =>
    typeof extensions['code'] === 'string' ? [extensions['code']] : [],
  );

export const isUnauthenticated = (error: CombinedError): boolean =>
  codesOf(error).includes('auth.required') || statusOf(error) === 401;

/** What was asked for is not there, such as `sync.not_found`. */
export const isMissing = (error: CombinedError): boolean =>
  codesOf(error).some((code) => code.endsWith('not_found'));

/** What to tell a person: the server's own sentence, or that there was no server. */
export function sentenceOf(error: CombinedError): string {
  if (isOutage(error)) return 'Drawbridge can’t be reached at the moment.';
  return error.graphQLErrors[0]?.message ?? 'The server gave no usable answer.';
}

/** No answer of ours: no line, a server that restarts, or something in between that answers for it. */
export const isOutage = (error: CombinedError): boolean =>
  error.networkError !== undefined && statusOf(error) !== 401;

function statusOf({ response }: CombinedError): number | undefined {
  const status: unknown = (response as { status?: unknown } | undefined)?.status;
  return typeof status === 'number' ? status : undefined;
}

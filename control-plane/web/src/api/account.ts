/** What the server says to something that is asked of it without GraphQL: below /api/auth. */
export type Answer =
  | { kind: 'done'; body: Record<string, unknown> }
  | { kind: 'refused'; code: string; sentence: string };

const unreachable: Answer = {
  kind: 'refused',
  code: 'unreachable',
  sentence: 'Drawbridge can’t be reached. Check your connection and try again.',
};

/** `path` is what stands behind /api/auth. */
export const askAccount = (path: string, body: object): Promise<Answer> =>
  answerOf(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });

export const lookAtAccount = (path: string): Promise<Answer> => answerOf(path, {});

async function answerOf(path: string, init: RequestInit): Promise<Answer> {
  try {
    const response = await fetch(`/api/auth${path}`, init);
    const body = (await response.json()) as Record<string, unknown>;
    return response.ok ? { kind: 'done', body } : refusalOf(response.status, body);
  } catch {
    return unreachable;
  }
}

function refusalOf(status: number, { code, message }: Record<string, unknown>): Answer {
  const sentence =
    status === 429 && code === undefined
      ? 'That was too often. Wait a minute, then try again.'
      : typeof message === 'string'
        ? message
        : 'The server gave no usable answer.';
  return { kind: 'refused', code: typeof code === 'string' ? code : String(status), sentence };
}

/** What a mailed link carries behind its #: it never leaves the browser by itself. */
export const secretsIn = (hash: string): Record<string, string> =>
  Object.fromEntries(new URLSearchParams(hash.replace(/^#/, '')));

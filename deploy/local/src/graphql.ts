export type Variables = Readonly<Record<string, unknown>>;

/** Asks the public API of one control plane. */
export type Graphql = <T>(query: string, variables?: Variables) => Promise<T>;

export interface GraphqlError {
  message: string;
  extensions?: { code?: string };
}

/** What the control plane refused, with the code of the first error. */
export class RefusedError extends Error {
  constructor(readonly errors: readonly GraphqlError[]) {
    super(errors.map(({ message, extensions }) => `${extensions?.code}: ${message}`).join('; '));
  }

  get code(): string {
    return this.errors[0]?.extensions?.code ?? '';
  }
}

/** One request to the public API with an API key; throws what was refused. */
export async function askGraphql<T>(
  to: { url: string; apiKey: string },
  query: string,
  variables: Variables = {},
): Promise<T> {
  const response = await fetch(new URL('/graphql', to.url), {
    method: 'POST',
    headers: { authorization: `Bearer ${to.apiKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  const answer = (await response.json()) as { data?: T; errors?: GraphqlError[] };
  if (answer.errors?.length) throw new RefusedError(answer.errors);
  if (!answer.data) throw new Error(`The control plane answered ${response.status} without data.`);
  return answer.data;
}

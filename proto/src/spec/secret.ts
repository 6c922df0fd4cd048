/** What is wrong with a reference, said without repeating it: it may be the secret itself, pasted into the wrong place. */
export interface SecretReferenceProblem {
  code: 'spec.bad_secret_reference' | 'spec.not_supported_yet';
  message: string;
}

/** A reference says where the agent finds a secret. Undefined when it is fine. */
export function secretReferenceProblem(reference: string): SecretReferenceProblem | undefined {
  const [, scheme, rest = ''] = /^([a-z-]+):([\s\S]*)$/.exec(reference) ?? [];
  if (reference.length > 1000) return bad('A reference is at most 1000 characters long.');
  switch (scheme) {
    case 'env':
      return /^[A-Za-z_][A-Za-z0-9_]*$/.test(rest)
        ? undefined
        : bad(
            'After "env:" stands the name of an environment variable of the agent, such as env:WAREHOUSE_PASSWORD.',
          );
    case 'file':
      return /^\/.*[^/]$/.test(rest)
        ? undefined
        : bad(
            'After "file:" stands the whole path of a file that the agent can read, such as file:/secrets/password.',
          );
    // The wire has room for these; no agent reads them.
    case 'aws-sm':
    case 'vault':
      return {
        code: 'spec.not_supported_yet',
        message: `Secrets are not read from "${scheme}:" yet. Have your secret store put it into a variable or a file of the agent: env:NAME or file:/path.`,
      };
    default:
      return bad(
        'This must be a reference to a secret (env:NAME or file:/path), never the secret itself.',
      );
  }
}

const bad = (message: string): SecretReferenceProblem => ({
  code: 'spec.bad_secret_reference',
  message,
});

const secretWords = new Set(
  'password passwd pwd passphrase secret secrets token credential credentials authorization cookie apikey'.split(
    ' ',
  ),
);
const secretKeys = new Set(
  'api private secret access signing encryption account auth master service'.split(' '),
);

/** True for a text that has no business in a file that is committed: by its name, or a URL with a password. */
export function looksSecret(name: string, value: string): boolean {
  if (value === '') return false;
  const words = wordsOf(name);
  const last = words.at(-1) ?? '';
  const isKey = last === 'key' && (words.length === 1 || secretKeys.has(words.at(-2) ?? ''));
  return secretWords.has(last) || isKey || /:\/\/[^/\s:@]*:[^/\s@]+@/.test(value);
}

/** `privateKey`, `private_key` and `X-Private-Key` are the same words. */
const wordsOf = (name: string): string[] =>
  name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '');

/** Of a workspace's own provider. */
const ofProviders: Readonly<Record<string, string>> = {
  'provider.no_member':
    'You are no member of this workspace. Ask for an invitation, and join it first.',
  'provider.not_verified':
    'The identity provider does not say that it has verified your address, so it lets nobody in with it.',
  'provider.other_person':
    'Somebody else at the identity provider came in with your address before. Ask an owner of the workspace.',
  'provider.refused': 'The identity provider did not let you in. Try again.',
  'provider.too_late': 'That took too long, or was begun in another browser. Begin again.',
  'provider.unreachable':
    'The identity provider does not answer. Try again, or ask an owner of the workspace.',
};

/** What the server put into the address when a sign-in link or an identity provider did not work; undefined when there is nothing. */
export function linkErrorText(search: string): string | undefined {
  const code = new URLSearchParams(search).get('error');
  if (!code) return undefined;
  if (code in ofProviders) return ofProviders[code];
  if (/token/i.test(code))
    return 'This sign-in link has expired or was used before. A link works once and for one hour: make a new one, or sign in with your password.';
  if (code === 'signup_disabled')
    return 'There is no account for the address that the identity provider names. Ask for an invitation first.';
  if (code === 'account_not_linked')
    return 'The identity provider has not verified your address, so it opens no account. Sign in with your password.';
  return 'This way in did not work. Try it again, or sign in with your password.';
}

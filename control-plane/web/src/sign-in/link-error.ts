/** What the server put into the address when a sign-in link or an identity provider did not work; undefined when there is nothing. */
export function linkErrorText(search: string): string | undefined {
  const code = new URLSearchParams(search).get('error');
  if (!code) return undefined;
  if (/token/i.test(code))
    return 'This sign-in link has expired or was used before. A link works once and for one hour: make a new one, or sign in with your password.';
  if (code === 'signup_disabled')
    return 'There is no account for the address that the identity provider names. Ask for an invitation first.';
  if (code === 'account_not_linked')
    return 'The identity provider has not verified your address, so it opens no account. Sign in with your password.';
  return 'This way in did not work. Try it again, or sign in with your password.';
}

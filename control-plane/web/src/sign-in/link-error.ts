/** What the server put into the address when a sign-in link did not work; undefined when there is nothing. */
export function linkErrorText(search: string): string | undefined {
  const code = new URLSearchParams(search).get('error');
  if (!code) return undefined;
  if (/token/i.test(code))
    return 'This sign-in link has expired or was used before. A link works once and for one hour: make a new one, or sign in with your password.';
  return 'This sign-in link did not work. Make a new one, or sign in with your password.';
}

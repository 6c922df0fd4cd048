const kinds: Readonly<Record<string, string>> = {
  has_account: 'Sign-up with an account',
  invitation: 'Invitation',
  password_changed: 'Password was changed',
  reset: 'Link for a new password',
};

const problems: Readonly<Record<string, string>> = {
  'mail.bad_address': 'This is no address that mail can go to.',
  'mail.deferred': 'The mail server takes it later.',
  'mail.no_folder': 'The server can not write to its folder for mail.',
  'mail.no_tls': 'The mail server offers no TLS that is believed.',
  'mail.refused': 'The mail server refused it. Check the address.',
  'mail.sealed_otherwise': 'The server’s secret was changed before it was sent.',
  'mail.sign_in_refused': 'The mail server refused our sign-in.',
  'mail.too_late': 'Its link ended before it could be sent.',
  'mail.unreachable': 'The mail server can not be reached.',
};

/** A newer server may know more of both. */
export const kindOfMail = (kind: string): string => kinds[kind] ?? kind;
export const problemOfMail = (problem: string): string => problems[problem] ?? problem;

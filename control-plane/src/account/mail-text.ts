import type { Mail } from '../mail/mailer.js';

/** Where our pages are. */
type Site = { publicUrl: string };

/** Behind the #: browsers keep it to themselves, so that no proxy or log sees it. */
const linkTo = ({ publicUrl }: Site, path: string, secret: Record<string, string>): string =>
  `${publicUrl}${path}#${new URLSearchParams(secret).toString()}`;

const once = 'The link works once, within an hour. If you did not ask for it, do nothing.';

export const signUpMail = (site: Site, to: string, token: string): Mail => ({
  to,
  subject: 'Your new Drawbridge workspace',
  text: `Hello,

open this link to choose a password and to name your workspace:

${linkTo(site, '/sign-up/finish', { email: to, token })}

${once}
`,
});

/** Goes where a sign-up was asked for in vain, so that the page need not tell. */
export const hasAccountMail = (site: Site, to: string): Mail => ({
  to,
  subject: 'You have a Drawbridge account',
  text: `Hello,

somebody, probably you, wanted to sign up to Drawbridge with this address. It has an account already. Sign in at

${site.publicUrl}/

and choose "Forgot your password?" there if you need a new one. If it was not you, do nothing.
`,
});

export const resetMail = (site: Site, to: string, token: string): Mail => ({
  to,
  subject: 'A new password for Drawbridge',
  text: `Hello,

open this link to choose a new password. You will be signed out everywhere:

${linkTo(site, '/reset/finish', { email: to, token })}

${once} Your password stays as it is.
`,
});

export const passwordChangedMail = (site: Site, to: string): Mail => ({
  to,
  subject: 'Your Drawbridge password was changed',
  text: `Hello,

the password of your account was changed. If it was not you, ask for a new one at

${site.publicUrl}/reset

and tell an owner of your workspace.
`,
});

export const invitationMail = (
  site: Site,
  {
    to,
    token,
    workspace,
    invitedBy,
  }: { to: string; token: string; workspace: string; invitedBy: string },
): Mail => ({
  to,
  subject: `${invitedBy} invites you to ${workspace} on Drawbridge`,
  text: `Hello,

${invitedBy} invites you to the workspace ${workspace} on Drawbridge. Open this link to join:

${linkTo(site, '/invitation', { token })}

The link works once, within a week, and for ${to} alone. If you don't know who this is, do nothing.
`,
});

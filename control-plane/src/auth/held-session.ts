import { AppError } from '../app-error.js';

/**
 * A session that a workspace's own identity provider began is held in that workspace: whoever chose the provider must not
 * come, as one of its people, to what else is theirs.
 */
export const held = (): AppError =>
  new AppError(
    'auth.held',
    'You are signed in by your workspace’s identity provider, which opens that workspace alone. Sign in with your password or a passkey for this.',
  );

/** Of the sign-in library's open paths, those that change the account of who is signed in, or lead elsewhere as them. */
const ownPaths: ReadonlySet<string> = new Set([
  '/account/invitation/join',
  '/change-password',
  '/passkey/add',
  '/passkey/begin',
  '/two-factor/disable',
  '/two-factor/enable',
  '/two-factor/generate-backup-codes',
  '/two-factor/verify-backup-code',
  '/two-factor/verify-totp',
]);

export const isOwnPath = (path: string): boolean => ownPaths.has(path);

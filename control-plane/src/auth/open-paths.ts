/** Of the sign-in library's paths, the ones that there are for us. It has dozens, and a new version may bring more. */
const openPaths: ReadonlySet<string> = new Set([
  'GET /account/ways',
  'GET /callback/oidc',
  'GET /magic-link/verify',
  'POST /account/invitation/join',
  'POST /account/invitation/look',
  'POST /account/reset',
  'POST /account/reset/finish',
  'POST /account/sign-up',
  'POST /account/sign-up/finish',
  'POST /change-password',
  'POST /passkey/add',
  'POST /passkey/begin',
  'POST /passkey/begin-sign-in',
  'POST /passkey/sign-in',
  'POST /sign-in/email',
  'POST /sign-in/social',
  'POST /sign-out',
  'POST /two-factor/disable',
  'POST /two-factor/enable',
  'POST /two-factor/generate-backup-codes',
  'POST /two-factor/verify-backup-code',
  'POST /two-factor/verify-totp',
  'POST /workspace/sign-in',
]);

const callback = /^\/workspace\/callback\/[0-9a-f-]{36}$/;

/** `path` is what stands behind /api/auth. */
export const isOpenPath = (method: string, path: string): boolean =>
  openPaths.has(`${method} ${path}`) || (method === 'GET' && callback.test(path));

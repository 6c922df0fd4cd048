import { createHmac } from 'node:crypto';
import { AppError } from '../app-error.js';

/** What mail servers and the sign-in library both take: no quotes, no address literals, no letters beyond ASCII. */
const addressPattern =
  /^[a-z0-9_'+-]+(\.[a-z0-9_'+-]+)*@([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$/;

/** As it is kept: in lower case. Throws AppError `account.bad_email`. */
export function addressOf(text: string): string {
  const address = text.trim().toLowerCase();
  if (address.length <= 254 && addressPattern.test(address)) return address;
  throw new AppError('account.bad_email', 'Give an e-mail address, such as you@example.com.');
}

/** Stands for an address in what is kept of people we don't know: without the secret it tells nobody which. */
export const accountOf = (address: string, secret: string): string =>
  createHmac('sha256', secret).update(address.trim().toLowerCase()).digest('base64url');

import { randomUUID } from 'node:crypto';
import { hashPassword } from 'better-auth/crypto';
import { AppError } from '../app-error.js';
import type { Transaction } from '../database/database.js';

export const minPasswordLength = 12;
const maxPasswordLength = 128;

/** Scrypt, as the sign-in library reads it. Throws AppError `account.bad_password`. */
export async function hashOfPassword(password: string): Promise<string> {
  if (password.length >= minPasswordLength && password.length <= maxPasswordLength)
    return hashPassword(password);
  throw new AppError(
    'account.bad_password',
    `Choose a password of ${minPasswordLength} to ${maxPasswordLength} characters.`,
  );
}

/** The row that the sign-in library itself would write for a password. */
export async function keepPassword(tx: Transaction, userId: string, hash: string): Promise<void> {
  const account = { userId, providerId: 'credential', accountId: userId };
  const { count } = await tx.account.updateMany({ where: account, data: { password: hash } });
  if (count === 0)
    await tx.account.create({ data: { id: randomUUID(), ...account, password: hash } });
}

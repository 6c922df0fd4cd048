import { randomBytes, randomUUID, scrypt, timingSafeEqual } from 'node:crypto';
import { AppError } from '../app-error.js';
import type { Transaction } from '../database/database.js';

export const minPasswordLength = 12;
const maxPasswordLength = 128;

const [blockSize, parallelization, keyBytes] = [16, 1, 64];

/** How hard a password is to guess from its hash. */
export interface PasswordCost {
  /** Scrypt's N is 2 to this. */
  passwordCost: number;
}

/** Throws AppError `account.bad_password`. */
export async function hashOfPassword(password: string, cost: PasswordCost): Promise<string> {
  if (password.length >= minPasswordLength && password.length <= maxPasswordLength)
    return hashWith(cost).hash(password);
  throw new AppError(
    'account.bad_password',
    `Choose a password of ${minPasswordLength} to ${maxPasswordLength} characters.`,
  );
}

/** Scrypt in the sign-in library's own form, `salt:key` in hex; at a cost of 14 each reads the other's hashes. */
export const hashWith = ({ passwordCost }: PasswordCost) => ({
  hash: async (password: string): Promise<string> => {
    const salt = randomBytes(16).toString('hex');
    return `${salt}:${(await keyOf(password, salt, passwordCost)).toString('hex')}`;
  },
  verify: async ({ hash, password }: { hash: string; password: string }): Promise<boolean> => {
    const [salt = '', key = ''] = hash.split(':');
    const kept = Buffer.from(key, 'hex');
    const found = await keyOf(password, salt, passwordCost);
    return kept.length === found.length && timingSafeEqual(kept, found);
  },
});

function keyOf(password: string, salt: string, cost: number): Promise<Buffer> {
  const N = 2 ** cost;
  const options = { N, r: blockSize, p: parallelization, maxmem: 256 * N * blockSize };
  return new Promise((resolve, reject) =>
    scrypt(password.normalize('NFKC'), salt, keyBytes, options, (error, key) =>
      error ? reject(error) : resolve(key),
    ),
  );
}

/** The row that the sign-in library itself would write for a password. */
export async function keepPassword(tx: Transaction, userId: string, hash: string): Promise<void> {
  const account = { userId, providerId: 'credential', accountId: userId };
  const { count } = await tx.account.updateMany({ where: account, data: { password: hash } });
  if (count === 0)
    await tx.account.create({ data: { id: randomUUID(), ...account, password: hash } });
}

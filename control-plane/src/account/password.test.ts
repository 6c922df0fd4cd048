import { hashPassword, verifyPassword } from 'better-auth/crypto';
import { expect, it } from 'vitest';
import { readConfig } from '../config.js';
import { hashOfPassword, hashWith } from './password.js';

const password = 'correct horse bättery';

it('is hashed as hard as the sign-in library does, and each reads the other’s hashes', async () => {
  const config = readConfig({
    DATABASE_URL: 'postgresql://localhost/x',
    DRAWBRIDGE_SECRET: 's'.repeat(32),
    // Nothing in the environment makes it cheaper.
    DRAWBRIDGE_PASSWORD_COST: '1',
    PASSWORD_COST: '1',
  });
  expect(config.passwordCost).toBe(14);
  const [ours, theirs] = await Promise.all([
    hashOfPassword(password, config),
    hashPassword(password),
  ]);
  const { verify } = hashWith(config);
  const read = [
    verifyPassword({ hash: ours, password }),
    verify({ hash: theirs, password }),
    verify({ hash: theirs, password: `${password}!` }),
    verify({ hash: 'none', password }),
  ];
  expect(await Promise.all(read)).toEqual([true, true, false, false]);
});

import { expect, it } from 'vitest';
import { secretsIn } from './account.js';

it('reads what a mailed link carries', () => {
  expect(secretsIn('#email=ada%2Bwork%40example.com&token=dbl_x-_')).toEqual({
    email: 'ada+work@example.com',
    token: 'dbl_x-_',
  });
  expect(secretsIn('')).toEqual({});
});

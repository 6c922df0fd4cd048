import { expect, it } from 'vitest';
import { linkErrorText } from './link-error.js';

it('says that a used link is used, and nothing where there is no error', () => {
  expect(linkErrorText('?error=INVALID_TOKEN')).toContain('expired or was used before');
  expect(linkErrorText('?error=EXPIRED_TOKEN')).toContain('expired or was used before');
  expect(linkErrorText('?error=failed_to_create_session')).toContain('did not work');
  expect(linkErrorText('')).toBeUndefined();
});

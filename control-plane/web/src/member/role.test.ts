import { expect, it } from 'vitest';
import { givenBy, mayChange } from './role.js';

it('nobody gives or takes more than they have', () => {
  expect(givenBy('admin')).toEqual(['admin', 'editor', 'operator', 'viewer']);
  expect(mayChange('admin', 'owner')).toBe(false);
  expect(mayChange('owner', 'owner')).toBe(true);
  expect(mayChange('editor', 'viewer')).toBe(false);
});

import { expect, it } from 'vitest';
import { givenBy, isAtLeast, mayChange } from './role.js';

it('nobody gives or takes more than they have', () => {
  expect(givenBy('admin')).toEqual(['admin', 'editor', 'operator', 'viewer']);
  expect(mayChange('admin', 'owner')).toBe(false);
  expect(mayChange('owner', 'owner')).toBe(true);
  expect(mayChange('editor', 'viewer')).toBe(false);
});

it('knows who may as much as another', () => {
  expect(isAtLeast('owner', 'admin')).toBe(true);
  expect(isAtLeast('admin', 'admin')).toBe(true);
  expect(isAtLeast('editor', 'admin')).toBe(false);
  expect(isAtLeast('a role of a newer server', 'viewer')).toBe(false);
});

import { describe, expect, it } from 'vitest';
import { isWithin, may, roleOf, roles } from './role.js';

describe('a role', () => {
  it('may do what every lesser role may do', () => {
    expect(roles.filter((role) => may(role, 'run.read'))).toEqual(roles);
    expect(roles.filter((role) => may(role, 'run.start'))).toEqual(roles.slice(0, 4));
    expect(roles.filter((role) => may(role, 'configuration.write'))).toEqual(roles.slice(0, 3));
    expect(roles.filter((role) => may(role, 'key.create'))).toEqual(['owner', 'admin']);
  });

  it('holds itself and the lesser ones', () => {
    expect(roles.filter((role) => isWithin(role, 'editor'))).toEqual(roles.slice(2));
  });

  it('is one of the five and nothing else', () => {
    expect(roleOf('operator')).toBe('operator');
    for (const text of ['', 'Owner', 'root', 'constructor']) expect(roleOf(text)).toBeUndefined();
  });
});

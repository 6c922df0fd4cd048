import type { Permission } from './allow.js';
import type { Caller } from './caller.js';

/** The one role there is so far may do everything. */
const permissions: Record<Caller['role'], ReadonlySet<Permission> | 'all'> = { owner: 'all' };

export function may(role: Caller['role'], permission: Permission): boolean {
  const granted = permissions[role];
  return granted === 'all' || granted.has(permission);
}

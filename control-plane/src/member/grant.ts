import { AppError } from '../app-error.js';
import type { Caller } from '../auth/caller.js';
import { isWithin, roleOf, roles, type Role } from '../auth/role.js';

/** A role that one member may give to another: at most their own. Throws AppError `member.bad_role`, `member.exceeds`. */
export function assertWithin(caller: Caller, wanted: string): Role {
  const role = roleOf(wanted);
  if (!role)
    throw new AppError('member.bad_role', `A member's role is one of ${roles.join(', ')}.`);
  if (isWithin(role, caller.role)) return role;
  throw new AppError(
    'member.exceeds',
    `You are ${caller.role}, and nobody gives more than they have. Choose ${caller.role} or a lesser role.`,
  );
}

/** A role that nobody knows is none, and so below all others. */
export function isAbove(text: string, role: Role): boolean {
  const other = roleOf(text);
  return other !== undefined && !isWithin(other, role);
}

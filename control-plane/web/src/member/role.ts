/** From the most that a member may do to the least; the server has the last word. */
export const roles = ['owner', 'admin', 'editor', 'operator', 'viewer'] as const;

/** Those that somebody of that role may give. */
export const givenBy = (role: string): string[] =>
  roles.slice(Math.max(0, roles.indexOf(role as (typeof roles)[number])));

export const managesMembers = (role: string): boolean => role === 'owner' || role === 'admin';

/** Whether somebody of that role may change or remove somebody of the other one. */
export const mayChange = (role: string, other: string): boolean =>
  managesMembers(role) && givenBy(role).includes(other);

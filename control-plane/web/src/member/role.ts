/** From the most that a member may do to the least; the server has the last word. */
export const roles = ['owner', 'admin', 'editor', 'operator', 'viewer'] as const;

export type Role = (typeof roles)[number];

/** Whether somebody of that role may do all that the other one may; a role that is not known may nothing more. */
export const isAtLeast = (role: string, least: Role): boolean =>
  roles.slice(0, roles.indexOf(least) + 1).some((one) => one === role);

/** Those that somebody of that role may give. */
export const givenBy = (role: string): string[] =>
  roles.slice(Math.max(0, roles.indexOf(role as Role)));

export const managesMembers = (role: string): boolean => isAtLeast(role, 'admin');

/** Whether somebody of that role may change or remove somebody of the other one. */
export const mayChange = (role: string, other: string): boolean =>
  managesMembers(role) && givenBy(role).includes(other);

import type { Permission } from './allow.js';

/** From the most that a member or an API key may do to the least. */
export const roles = ['owner', 'admin', 'editor', 'operator', 'viewer'] as const;
export type Role = (typeof roles)[number];

/** The least role that may do it; every role above may do it too. What does not stand here nobody may. */
const leastRole: Readonly<Record<Permission, Role>> = {
  'agent.read': 'viewer',
  'alert.read': 'viewer',
  'configuration.read': 'viewer',
  'run.read': 'viewer',
  'usage.read': 'viewer',
  'viewer.read': 'viewer',
  'alert.mute': 'operator',
  'viewer.write': 'viewer',
  'member.read': 'viewer',
  'connection.check': 'operator',
  'destination.pause': 'operator',
  'pool.pause': 'operator',
  'run.approve': 'operator',
  'run.cancel': 'operator',
  'run.release': 'operator',
  'run.start': 'operator',
  'sync.pause': 'operator',
  'configuration.write': 'editor',
  'connection.discover': 'editor',
  'agent.enroll': 'admin',
  'agent.revoke': 'admin',
  'agent.rotate': 'admin',
  'audit.read': 'admin',
  'channel.read': 'admin',
  'channel.write': 'admin',
  'key.create': 'admin',
  'key.read': 'admin',
  'key.revoke': 'admin',
  'member.invite': 'admin',
  'member.write': 'admin',
  'workspace.write': 'admin',
  'provider.write': 'owner',
};

export const may = (role: Role, permission: Permission): boolean =>
  isWithin(leastRole[permission], role);

/** Whether a role has nothing that the other one lacks. */
export const isWithin = (role: Role, other: Role): boolean =>
  roles.indexOf(role) >= roles.indexOf(other);

export const lesserOf = (one: Role, other: Role): Role => (isWithin(one, other) ? one : other);

/** The database keeps roles as text; one that is not known is no role. */
export const roleOf = (text: string): Role | undefined => roles.find((role) => role === text);

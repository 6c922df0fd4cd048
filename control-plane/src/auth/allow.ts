import { SetMetadata } from '@nestjs/common';

/** What a caller may be allowed to do; a role is a set of these. */
export type Permission =
  | 'agent.read'
  | 'agent.enroll'
  | 'agent.revoke'
  | 'agent.rotate'
  | 'alert.mute'
  | 'alert.read'
  | 'audit.read'
  | 'channel.read'
  | 'channel.write'
  | 'configuration.read'
  | 'configuration.write'
  | 'connection.check'
  | 'connection.discover'
  | 'destination.pause'
  | 'key.create'
  | 'key.read'
  | 'key.revoke'
  | 'pool.pause'
  | 'provider.write'
  | 'run.approve'
  | 'run.read'
  | 'run.start'
  | 'run.cancel'
  | 'run.release'
  | 'sync.pause'
  | 'usage.read'
  | 'member.invite'
  | 'member.read'
  | 'member.write'
  | 'viewer.read'
  | 'viewer.write'
  | 'workspace.write';

export const allowKey = 'drawbridge:allow';

/** A field of Query, Mutation or Subscription without it is denied to everybody. */
export const Allow = (permission: Permission): MethodDecorator & ClassDecorator =>
  SetMetadata(allowKey, permission);

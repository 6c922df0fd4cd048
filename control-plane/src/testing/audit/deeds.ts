/** What the steps of the walk find or make, by name: ids. */
export type Found = Record<string, string>;

export interface Deed {
  /** As the audit log names it; null for what looks at something and changes nothing. */
  action: string | null;
  input?: (found: Found) => object;
}

const yaml = (table: string): object => ({
  files: [
    {
      path: 'all.yaml',
      text: `
sources: { db: { type: postgres, settings: { host: db.internal }, secrets: { password: "env:WAREHOUSE" } } }
destinations: { app: { type: postgres, settings: { host: app.internal } } }
models: { people: { source: db, primaryKey: [id], table: public.${table} } }
syncs: { people: { model: people, destination: app, object: public.people, mode: upsert, key: { id: id }, fields: { name: name } } }
`,
    },
  ],
});
/** A source, destination, model or sync of its own, beside those of the files. */
const entries = {
  Source: '{ type: postgres, settings: { host: db2.internal } }',
  Destination: '{ type: postgres, settings: { host: app2.internal } }',
  Model: '{ source: db, primaryKey: [id], table: public.person }',
  Sync: '{ model: people, destination: app, object: public.more, mode: upsert, key: { id: id }, fields: { name: name } }',
} as const;
export const entryKinds = Object.keys(entries) as (keyof typeof entries)[];

const ofEntries = (verb: string, deed: (kind: keyof typeof entries) => Deed) =>
  Object.fromEntries(entryKinds.map((kind) => [verb + kind, deed(kind)]));
const defined = (kind: keyof typeof entries) => ({ name: 'more', definition: entries[kind] });

const id = (name: string) => (found: Found) => ({ id: found[name] });

/**
 * Every mutation, once, in an order in which each has something to do; and what it must leave in the audit log. A mutation
 * that does not stand here fails the walk.
 */
export const deeds: Readonly<Record<string, Deed>> = {
  updateWorkspace: { action: 'workspace.update', input: () => ({ retentionDays: 90 }) },
  muteAlert: { action: 'alert.mute', input: id('alert') },
  unmuteAlert: { action: 'alert.unmute', input: id('alert') },
  snoozeAlert: {
    action: 'alert.snooze',
    input: ({ alert }) => ({ id: alert, until: new Date(Date.now() + 3_600_000) }),
  },
  applyConfiguration: { action: 'configuration.update', input: () => yaml('other') },
  restoreConfiguration: { action: 'configuration.update', input: () => ({ version: 1 }) },
  ...ofEntries('validate', (kind) => ({ action: null, input: () => defined(kind) })),
  ...ofEntries('create', (kind) => ({
    action: 'configuration.create',
    input: () => defined(kind),
  })),
  ...ofEntries('update', (kind) => ({
    action: 'configuration.update',
    input: (found) => ({
      name: 'more',
      definition: entries[kind].replace('public.', 'other.').replace('2.internal', '3.internal'),
      digest: found[kind],
    }),
  })),
  ...ofEntries('delete', (kind) => ({
    action: 'configuration.remove',
    input: (found) => ({ name: 'more', digest: found[kind] }),
  })),
  checkConnection: { action: 'connection.check', input: () => ({ source: 'db' }) },
  discoverConnection: { action: 'connection.discover', input: () => ({ source: 'db' }) },
  startRun: { action: 'run.start', input: () => ({ sync: 'people' }) },
  approveRun: { action: 'run.approve', input: ({ run }) => ({ runId: run }) },
  releaseRun: { action: 'run.release', input: id('run') },
  cancelRun: { action: 'run.cancel', input: id('run') },
  pauseSync: { action: 'sync.pause', input: () => ({ sync: 'people' }) },
  resumeSync: { action: 'sync.resume', input: () => ({ sync: 'people' }) },
  pauseDestination: {
    action: 'destination.pause',
    input: () => ({ destination: 'app', reason: 'maintenance' }),
  },
  resumeDestination: { action: 'destination.resume', input: () => ({ destination: 'app' }) },
  pausePool: { action: 'pool.pause', input: () => ({ pool: 'default' }) },
  resumePool: { action: 'pool.resume', input: () => ({ pool: 'default' }) },
  createEnrollmentToken: { action: 'agent.enroll', input: () => ({ pool: 'new' }) },
  rotateAgent: { action: 'agent.rotate', input: id('agent') },
  revokeAgent: { action: 'agent.revoke', input: id('agent') },
  createApiKey: { action: 'key.create', input: () => ({ name: 'walk' }) },
  revokeApiKey: { action: 'key.revoke', input: id('key') },
  createChannel: {
    action: 'channel.create',
    input: () => ({
      name: 'hook',
      webhook: { url: 'https://hooks.example.com/', kinds: ['run.parked'] },
    }),
  },
  updateChannel: {
    action: 'channel.update',
    input: ({ channel }) => ({ id: channel, name: 'renamed' }),
  },
  testChannel: { action: 'channel.test', input: id('channel') },
  enableChannel: {
    action: 'channel.disable',
    input: ({ channel }) => ({ id: channel, enabled: false }),
  },
  rotateChannelSecret: { action: 'channel.rotate', input: id('channel') },
  replayDelivery: { action: 'channel.replay', input: id('delivery') },
  deleteChannel: { action: 'channel.delete', input: id('channel') },
  inviteMember: {
    action: 'member.invite',
    input: () => ({ email: 'guest@example.com', role: 'viewer' }),
  },
  revokeInvitation: { action: 'member.revoke_invitation', input: id('invitation') },
  changeMemberRole: {
    action: 'member.change_role',
    input: ({ member }) => ({ id: member, role: 'editor' }),
  },
  removeMember: { action: 'member.remove', input: id('member') },
  deletePasskey: { action: 'account.delete_passkey', input: id('passkey') },
  revokeSession: { action: 'session.revoke', input: id('session') },
  revokeOtherSessions: { action: 'session.revoke_others' },
  setIdentityProvider: {
    action: 'provider.set',
    input: ({ issuer }) => ({ issuer, clientId: 'drawbridge', clientSecret: 'between us' }),
  },
  removeIdentityProvider: { action: 'provider.remove' },
  // From here on the person is in the other workspace, and the entries are in its log.
  switchWorkspace: { action: 'session.switch', input: ({ other }) => ({ workspaceId: other }) },
  leaveWorkspace: { action: 'member.remove', input: ({ other }) => ({ workspaceId: other }) },
  createWorkspace: { action: 'workspace.create', input: () => ({ name: 'a third one' }) },
};

/** What the workspace says at its version 1. */
export const firstFiles = yaml('person');

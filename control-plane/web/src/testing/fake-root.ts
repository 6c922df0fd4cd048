import { GraphQLError } from 'graphql';
import { sampleEntries, sampleUsage } from './sample-counts.js';
import type { DiscoverWish } from './fake-listing.js';
import { nextRunsOf, sampleSlots } from './sample-slots.js';
import { channelRoot } from './fake-channels.js';
import { keyRoot } from './fake-keys.js';
import { versionRoot } from './fake-versions.js';
import { pauseRoot } from './fake-pauses.js';
import { pageOf, type Page } from './page-of.js';
import type { FakeState, WantedRun } from './fake-state.js';

const sources = [{ id: 's1', name: 'warehouse', type: 'postgres', pool: 'default' }];

type Input<T> = { input: T };

/** What the fake server answers, field by field. */
export function rootOf(state: FakeState) {
  const runsOf = (sync: string) => state.runs.filter((run) => run.sync === sync);
  const syncs = () =>
    state.syncs.map((sync) => ({
      ...sync,
      lastRun: runsOf(sync.name)[0] ?? null,
      runs: (page: Page) => pageOf(runsOf(sync.name), page),
      nextRuns: ({ first }: { first: number }) => nextRunsOf(sync, first),
      slots: (page: Page) => pageOf(sampleSlots(), page),
    }));
  const { alert } = state;
  return {
    viewer: { name: 'Ada', email: state.email, role: state.role },
    workspace: { id: '7f3c', name: 'Acme' },
    memberships: [{ role: 'owner', isCurrent: true, workspace: { id: '7f3c', name: 'Acme' } }],
    pools: (page: Page) => pageOf(state.pools, page),
    agents: (page: Page) => pageOf(state.agents, page),
    sources: (page: Page) => pageOf(sources, page),
    destinations: (page: Page) => pageOf(state.destinations, page),
    discoverConnection: ({ input }: Input<DiscoverWish>) => state.discover(input),
    syncs: (page: Page) => pageOf(syncs(), page),
    sync: ({ name }: { name: string }) => syncs().find((sync) => sync.name === name) ?? null,
    runs: ({ sync, filter, ...page }: Page & RunsWish) =>
      pageOf(chosenRuns(state, { sync, filter }), page),
    run: ({ id }: { id: string }) => state.runs.find((run) => run.id === id) ?? null,
    startRun: ({ input }: Input<WantedRun>) => ({ run: state.start(input) }),
    approveRun: ({ input }: Input<{ runId: string; planDigest: string | null }>) => ({
      run: state.approve(input),
    }),
    releaseRun: ({ input }: Input<{ id: string }>) => ({ run: state.release(input.id) }),
    alerts: ({ filter, ...page }: Page & { filter: { state: string } }) =>
      pageOf(filter.state === alert.state ? [alert] : [], page),
    muteAlert: () => ({ alert: Object.assign(alert, { muted: true }) }),
    unmuteAlert: () => ({ alert: Object.assign(alert, { muted: false }) }),
    snoozeAlert: ({ input }: Input<{ until: string | null }>) => ({
      alert: Object.assign(alert, { snoozedUntil: input.until }),
    }),
    ...keyRoot(state.keys),
    ...channelRoot(state.channels),
    ...versionRoot(state),
    usage: () => sampleUsage,
    audit: (page: Page) => pageOf(sampleEntries, page),
    cancelRun: ({ input }: Input<{ id: string }>) => ({ run: state.cancel(input.id) }),
    ...pauseRoot(state),
    createEnrollmentToken: ({ input }: Input<{ pool: string }>) => ({
      token: state.token,
      pool: input.pool,
      expiresAt: new Date(Date.now() + 3_600_000).toISOString(),
    }),
    revokeAgent: ({ input }: Input<{ id: string }>) => ({ agent: state.revoke(input.id) }),
  };
}

interface RunsWish {
  sync: string | null;
  filter: { states: string[]; trigger: string | null; from: string | null; to: string | null };
}

function chosenRuns(state: FakeState, { sync, filter }: RunsWish) {
  if (sync !== null && !state.syncs.some(({ name }) => name === sync))
    throw new GraphQLError(`There is no sync "${sync}".`, {
      extensions: { code: 'sync.not_found' },
    });
  const { states, trigger, from, to } = filter;
  return state.runs.filter(
    (run) =>
      (sync === null || run.sync === sync) &&
      (states.length === 0 || states.includes(run.state)) &&
      (trigger === null || run.trigger === trigger) &&
      (from === null || run.createdAt >= from) &&
      (to === null || run.createdAt < to),
  );
}

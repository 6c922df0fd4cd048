import { describe, expect, it } from 'vitest';
import { drawbridge, openCommandLine } from '../testing/command-line.js';
import { sampleRun } from '../testing/sample-run.js';

describe('run', () => {
  it('starts a run with its options', async () => {
    await using world = await openCommandLine();
    const said = await world.drawbridge('run', 'customers-to-app', '--full', '--dry-run', '--json');
    expect(said.code).toBe(0);
    expect(said.json()).toMatchObject({ state: 'queued', sync: 'customers-to-app', dryRun: true });
    expect(world.state.started).toEqual([
      { sync: 'customers-to-app', dryRun: true, full: true, rebaseline: false, verify: false },
    ]);
  });

  it('passes on how much to send and what to take back', async () => {
    await using world = await openCommandLine();
    const plain = { sync: 's', dryRun: false, full: false, rebaseline: false, verify: false };
    await world.drawbridge('run', 's', '--canary', '10', '--only', 'rejected', '--accept-types');
    await world.drawbridge('run', 's', '--undo', sampleRun.id, '--dry-run');
    await world.drawbridge('run', 's', '--from-now-on');
    expect(world.state.started).toEqual([
      { ...plain, canary: 10, onlyRejected: true, acceptTypes: true },
      { ...plain, dryRun: true, undo: sampleRun.id },
      { ...plain, fromNowOn: true },
    ]);
  });

  it('pauses a sync and lets it go on', async () => {
    await using world = await openCommandLine();
    const paused = await world.drawbridge('pause', 's', '--json');
    expect(paused.json()).toMatchObject({ name: 's', pausedAt: '2026-11-23T10:00:00.000Z' });
    const resumed = await world.drawbridge('resume', 's');
    expect(resumed).toMatchObject({ code: 0 });
    expect(resumed.out).toContain('The sync s is not paused. Next run: 2026-11-23T11:00:00.000Z.');
    expect(await world.drawbridge('pause', 'nosuch')).toMatchObject({ code: 2 });
  });

  it('pauses a destination or a pool, and refuses what is neither', async () => {
    await using world = await openCommandLine();
    const since = '2026-11-23T10:00:00.000Z';
    const destination = await world.drawbridge('pause', 'destination', 'app', '--json');
    expect(destination.json()).toEqual({ name: 'app', pausedAt: since });
    const pool = await world.drawbridge('pause', 'pool', 'default');
    expect(pool.out).toContain('resume it with: drawbridge resume pool default');
    const resumed = await world.drawbridge('resume', 'pool', 'default', '--json');
    expect(resumed.json()).toEqual({ name: 'default', pausedAt: null });
    expect(await world.drawbridge('pause', 'source', 's')).toMatchObject({ code: 2 });
  });

  it.each([
    [['--full', '--rebaseline']],
    [['--undo', sampleRun.id, '--full']],
    [['--canary', 'few']],
    [['--only', 'added']],
  ])('refuses what makes no sense before it asks: %j', async (flags) => {
    const said = await drawbridge(['run', 's', ...flags, '--json']);
    expect(said.code).toBe(2);
    expect(said.json()).toMatchObject({ error: { code: 'cli.usage' } });
  });

  it.each([
    ['succeeded', {}, 0],
    ['completed_with_errors', { rejected: 1 }, 3],
    ['failed', {}, 1],
    ['cancelled', {}, 1],
  ])('waits until it is %s', async (state, counts, code) => {
    await using world = await openCommandLine();
    world.state.looks = [
      { state: 'leased', phase: null },
      { state: 'running', phase: 'deliver' },
      { state, counts: { ...sampleRun.counts, ...counts } },
    ];
    const said = await world.drawbridge('run', 'customers-to-app', '--wait', '--json');
    expect(said.code).toBe(code);
    expect(said.json()).toMatchObject({ state, counts: { queried: 1000, sent: 105, ...counts } });
    expect(said.err).toBe('');
  });

  it('goes on waiting while the server restarts', async () => {
    await using world = await openCommandLine();
    world.state.looks = [{ state: 'succeeded' }];
    const waiting = world.drawbridge('run', 'customers-to-app', '--wait');
    while (world.state.started.length === 0) await new Promise(setImmediate);
    world.state.drops = 2;
    const { code, out, err } = await waiting;
    expect(code).toBe(0);
    expect(out).toContain('customers-to-app  succeeded');
    expect(err).toContain('asking again');
  });

  it('names a sync that is not there', async () => {
    await using world = await openCommandLine();
    const said = await world.drawbridge('run', 'nosuch', '--json');
    expect(said.code).toBe(2);
    expect(said.json()).toEqual({
      error: { code: 'sync.not_found', message: 'There is no sync "nosuch".' },
    });
  });
});

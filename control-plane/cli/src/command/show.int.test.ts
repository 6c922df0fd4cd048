import { describe, expect, it } from 'vitest';
import { openCommandLine } from '../testing/command-line.js';
import { sampleRun } from '../testing/sample-run.js';

describe('show, runs and cancel', () => {
  it('show one run', async () => {
    await using world = await openCommandLine();
    world.state.looks = [{ state: 'succeeded' }];
    const said = await world.drawbridge('show', sampleRun.id, '--json');
    expect(said.json()).toMatchObject({
      id: sampleRun.id,
      phases: sampleRun.phases,
      policyDigest: null,
    });
  });

  it('say so when there is none', async () => {
    await using world = await openCommandLine();
    expect(await world.drawbridge('show', sampleRun.id)).toMatchObject({ code: 2, out: '' });
  });

  it('list runs over several pages', async () => {
    await using world = await openCommandLine();
    world.state.runs = Array.from({ length: 130 }, (_, index) => ({
      ...sampleRun,
      id: `run-${index}`,
    }));
    const listed = (await world.drawbridge('runs', '--limit', '120', '--json')).json();
    expect(listed).toMatchObject({
      runs: expect.toSatisfy((runs: object[]) => runs.length === 120),
    });
    const few = await world.drawbridge('runs', 'customers-to-app', '--limit', '2');
    expect(few.out.trim().split('\n')).toHaveLength(3);
    expect((await world.drawbridge('runs', 'other')).out).toBe('No runs yet.\n');
  });

  it('approve the plan that was looked at, and no other', async () => {
    await using world = await openCommandLine();
    const planDigest = 'ab'.repeat(32);
    const counts = { ...sampleRun.counts, added: 0, changed: 3, removed: 12_034 };
    world.state.looks = [{ state: 'waiting_approval', planDigest, counts }];
    const said = await world.drawbridge('approve', sampleRun.id);
    expect(said).toMatchObject({
      code: 0,
      out: `Approved: 12,034 rows to be removed, 3 changed. Run ${sampleRun.id} is queued.\n`,
    });
    expect(world.state.approved).toEqual([{ runId: sampleRun.id, planDigest }]);
    world.state.refusal = 'run.plan_changed';
    const late = await world.drawbridge('approve', sampleRun.id, '--json');
    expect(late.code).toBe(1);
    expect(late.json()).toMatchObject({ error: { code: 'run.plan_changed' } });
  });

  it('wait for what becomes of an approved run', async () => {
    await using world = await openCommandLine();
    const planDigest = 'ab'.repeat(32);
    world.state.looks = [
      { state: 'waiting_approval', planDigest },
      { state: 'running', phase: 'deliver' },
      { state: 'succeeded', planDigest },
    ];
    const said = await world.drawbridge('approve', sampleRun.id, '--wait', '--json');
    expect(said).toMatchObject({ code: 0, err: '' });
    expect(said.json()).toMatchObject({ state: 'succeeded', planDigest });
  });

  it('say what waits and how to let it go', async () => {
    await using world = await openCommandLine();
    world.state.looks = [{ state: 'waiting_approval', heldBy: ['removed'] }];
    const shown = await world.drawbridge('show', sampleRun.id);
    expect(shown.out).toContain(`drawbridge approve ${sampleRun.id}`);
    const waited = await world.drawbridge('run', 'customers-to-app', '--wait');
    expect(waited.code).toBe(3);
    expect(waited.out).toContain('Held by the guard on removed rows: 5 rows would be removed');
  });

  it('stop waiting at a parked run, and release it', async () => {
    await using world = await openCommandLine();
    world.state.looks = [{ state: 'running' }, { state: 'parked' }];
    const waited = await world.drawbridge('run', 'customers-to-app', '--wait');
    expect(waited.code).toBe(3);
    expect(waited.out).toContain(`drawbridge release ${sampleRun.id}`);
    const released = await world.drawbridge('release', sampleRun.id);
    expect(released).toMatchObject({ code: 0, out: `Released. Run ${sampleRun.id} is queued.\n` });
    world.state.looks = [{ state: 'succeeded' }];
    const again = await world.drawbridge('release', sampleRun.id, '--wait', '--json');
    expect(again).toMatchObject({ code: 0, err: '' });
    expect(again.json()).toMatchObject({ state: 'succeeded', lapses: [] });
    world.state.refusal = 'run.not_parked';
    const late = await world.drawbridge('release', sampleRun.id, '--json');
    expect(late.code).toBe(1);
    expect(late.json()).toMatchObject({ error: { code: 'run.not_parked' } });
  });

  it('cancel a run', async () => {
    await using world = await openCommandLine();
    const said = await world.drawbridge('cancel', sampleRun.id);
    expect(said).toMatchObject({ code: 0, out: `Run ${sampleRun.id} is cancelled.\n` });
    world.state.cancelled = 'completed_with_errors';
    const late = await world.drawbridge('cancel', sampleRun.id);
    expect(late.out).toBe(`Run ${sampleRun.id} was over before: completed with errors.\n`);
  });
});

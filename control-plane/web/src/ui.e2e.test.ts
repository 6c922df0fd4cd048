import type { Page } from 'playwright-core';
import { expect, it, vi } from 'vitest';
import { contentPolicy } from './testing/fake-server.js';
import { findPageFaults, findPaleTexts } from './testing/page-faults.js';
import {
  failedRun,
  heldRun,
  makeRun,
  minutesAgo,
  noCounts,
  parkedLapses,
  rejectedRun,
  undoingRun,
} from './testing/sample.js';
import {
  button,
  describeInBrowser,
  heading,
  setUp,
  setUpSignedIn,
  type Visit,
} from './testing/visit.js';

async function fillSignIn(page: Page, email: string, password: string): Promise<void> {
  await page.getByLabel('Email').fill(email);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await button(page, 'Sign in').click();
}

/** Starts a run of the first sync and waits until the page has heard of it. */
async function startRun({ page }: Visit): Promise<void> {
  await page.getByRole('link', { name: 'customers-to-app' }).click();
  await button(page, 'Run now').click();
  await heading(page, /^Run · /).waitFor();
}

/** The sum with this label, as the page shows it: its total and its terms by name. */
async function shownSum(page: Page, label: string): Promise<Record<string, number>> {
  const cells = await page.getByRole('group', { name: label }).locator('[data-count]').all();
  const entries = cells.map(async (cell): Promise<[string, number]> => [
    (await cell.getAttribute('data-count')) ?? '',
    Number((await cell.innerText()).replaceAll(/\D/g, '')),
  ]);
  return Object.fromEntries(await Promise.all(entries));
}

describeInBrowser('the UI in a browser', () => {
  it('signs in by password, says what was wrong, and signs out', async () => {
    const visit = await setUp();
    const { page, server } = visit;
    const answer = await page.goto(server.url);
    expect(answer?.headers()['content-security-policy']).toBe(contentPolicy);
    await fillSignIn(page, server.state.email, 'not it');
    await page.getByText('Email and password do not match.').waitFor();
    await fillSignIn(page, server.state.email, server.state.password);
    await heading(page, 'Syncs').waitFor();
    expect(await page.title()).toBe('Syncs · Drawbridge');
    await page.getByText('1,188 sent, 17 rejected, 64 withheld, 3 invalid').waitFor();
    await button(page, `Account of ${server.state.email}`).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await heading(page, 'Sign in to Drawbridge').waitFor();
    // The browser itself notes the refused password, and nothing else.
    expect(visit.complaints.filter((text) => !text.includes('401'))).toEqual([]);
  });

  it('signs in by link, and says that a link is used up', async () => {
    const { page, server, complaints } = await setUp();
    await page.goto(`${server.url}/api/auth/magic-link/verify?token=old`);
    await page.getByText('expired or was used before').waitFor();
    await page.goto(`${server.url}/api/auth/magic-link/verify?token=good`);
    await heading(page, 'Syncs').waitFor();
    await page.goto(`${server.url}/api/auth/magic-link/verify?token=old`);
    await page.getByText('you are signed in already').waitFor();
    await button(page, 'Close this note').click();
    expect(page.url()).toBe(`${server.url}/`);
    expect(complaints).toEqual([]);
  });

  it('shows a run from the queue to its end, with counts that add up', async () => {
    const visit = await setUpSignedIn();
    const { page, server } = visit;
    await startRun(visit);
    expect(server.state.started).toEqual([{ sync: 'customers-to-app', dryRun: false }]);
    while (server.state.liveRun) {
      server.state.step();
      const { counts, state, phase } = server.state.runs[0]!;
      if (state === 'running')
        await page.locator(`li[aria-current=step]`, { hasText: new RegExp(phase!, 'i') }).waitFor();
      // How long it has lasted so far, not only once it is over.
      if (phase === 'query' && state === 'running')
        await page.locator(`li[aria-current=step]`, { hasText: '1 min 01 s' }).waitFor();
      const sent = counts.sent.toLocaleString('en-GB');
      await page
        .getByRole('group', { name: 'What became of it' })
        .locator('[data-count=Sent]', { hasText: sent })
        .waitFor();
      const { Queried, ...found } = await shownSum(page, 'What the query found');
      expect(Object.values(found).reduce((sum, count) => sum + count, 0)).toBe(Queried);
      const { Changes, ...became } = await shownSum(page, 'What became of it');
      expect(Object.values(became).reduce((sum, count) => sum + count, 0)).toBe(Changes);
    }
    await page.getByRole('heading', { name: 'Errors' }).waitFor();
    await page.getByText('1,250 of 1,250 planned rows done (100 %)').waitFor();
    await page.getByText(/errors\/e-0001\.json/).waitFor();
    expect(await page.getByRole('status').allInnerTexts()).toContain('Completed with errors');
    expect(await button(page, 'Cancel run').count()).toBe(0);
    expect(server.state.told).toBeGreaterThan(0);
    expect(visit.complaints).toEqual([]);
  });

  it('starts a dry run, and no second run beside it', async () => {
    const visit = await setUpSignedIn();
    const { page, server } = visit;
    await page.getByRole('link', { name: 'customers-to-app' }).click();
    await button(page, 'Dry run').click();
    await heading(page, /^Dry run · /).waitFor();
    expect(server.state.started).toEqual([{ sync: 'customers-to-app', dryRun: true }]);
    await page.getByRole('link', { name: 'customers-to-app' }).click();
    await page.getByText('A run is under way').waitFor();
    expect(await button(page, 'Run now').isDisabled()).toBe(true);
    expect(await button(page, 'Dry run').isDisabled()).toBe(true);
    await page.getByRole('link', { name: 'watch it' }).click();
    await heading(page, /^Dry run · /).waitFor();
    expect(visit.complaints).toEqual([]);
  });

  it('shows a history of any length, page by page, and goes on watching it', async () => {
    const { page, server, complaints } = await setUpSignedIn();
    server.state.runs = Array.from({ length: 125 }, (_, index) =>
      makeRun({ id: `run-${index}`, sync: 'customers-to-app', createdAt: minutesAgo(15 * index) }),
    );
    await page.getByRole('link', { name: 'customers-to-app' }).click();
    const rows = page.getByRole('table', { name: 'Runs, newest first' }).locator('tbody tr');
    for (let shown = 10; shown < 125; shown += 10) {
      await vi.waitFor(async () => expect(await rows.count()).toBe(shown), 5_000);
      await button(page, 'Show earlier runs').click();
    }
    await vi.waitFor(async () => expect(await rows.count()).toBe(125), 5_000);
    await button(page, 'Show earlier runs').waitFor({ state: 'detached' });
    server.state.start({ sync: 'customers-to-app' });
    // The page looks at once when the browser finds its line again.
    await page.evaluate(() => window.dispatchEvent(new Event('online')));
    await vi.waitFor(async () => expect(await rows.count()).toBe(126), 5_000);
    expect(complaints).toEqual([]);
  });

  it('shows which agents lost a parked run, and releases it', async () => {
    const { page, server, complaints } = await setUpSignedIn();
    const sync = 'customers-to-app';
    const parts = { state: 'parked', finishedAt: null, waitingSince: minutesAgo(5) };
    server.state.runs.unshift(makeRun({ id: 'parked', sync, ...parts, lapses: parkedLapses() }));
    await page.goto(`${server.url}/runs/parked`);
    const panel = page.getByRole('region', { name: 'This run is parked' });
    await panel.getByText('fell silent').first().waitFor();
    const lost = panel.getByRole('table', { name: 'Agents that lost this run' });
    expect(await lost.locator('tbody tr').count()).toBe(4);
    expect(await page.evaluate(findPageFaults)).toEqual([]);
    await button(page, 'Release the run').click();
    await page.getByText('Queued · waits for a free agent').waitFor();
    expect(await panel.count()).toBe(0);
    expect(complaints).toEqual([]);
  });

  it('shows usage and the audit log, on narrow screens too', async () => {
    const { page, complaints } = await setUpSignedIn();
    await page.setViewportSize({ width: 360, height: 700 });
    await page.getByRole('link', { name: 'Usage', exact: true }).click();
    await heading(page, 'Usage').waitFor();
    const ofDays = page.getByRole('table', { name: 'Usage by day, newest first' });
    await ofDays.getByText('2026-11-23').waitFor();
    expect(await ofDays.locator('tbody tr').count()).toBe(2);
    expect(await page.evaluate(findPageFaults)).toEqual([]);
    await page.getByRole('link', { name: 'Audit', exact: true }).click();
    await heading(page, 'Audit log').waitFor();
    const rows = page.getByRole('table', { name: /^Entries/ }).locator('tbody tr');
    await vi.waitFor(async () => expect(await rows.count()).toBe(50), 5_000);
    await button(page, 'Show earlier entries').click();
    await vi.waitFor(async () => expect(await rows.count()).toBe(60), 5_000);
    expect(await page.evaluate(findPageFaults)).toEqual([]);
    expect(complaints).toEqual([]);
  });

  it('lists alerts, and keeps quiet about one', async () => {
    const { page, complaints } = await setUpSignedIn();
    await page.setViewportSize({ width: 360, height: 700 });
    await page.getByRole('link', { name: 'Alerts', exact: true }).click();
    await heading(page, 'Alerts').waitFor();
    await page.getByRole('link', { name: 'Sync customers-to-app failed' }).waitFor();
    expect(await page.evaluate(findPageFaults)).toEqual([]);
    const row = page.getByRole('table', { name: /^Alerts/ }).locator('tbody tr');
    await button(page, 'Snooze 1 h: Sync customers-to-app failed').click();
    await row.getByText('snoozed', { exact: true }).waitFor();
    await button(page, 'End snooze: Sync customers-to-app failed').click();
    await button(page, 'Mute: Sync customers-to-app failed').click();
    await row.getByText('muted', { exact: true }).waitFor();
    await button(page, 'Unmute: Sync customers-to-app failed').click();
    await row.getByText('open', { exact: true }).waitFor();
    await page.getByLabel('Which alerts').selectOption('resolved');
    await page.getByText('None is over yet').waitFor();
    expect(await page.evaluate(findPageFaults)).toEqual([]);
    expect(complaints).toEqual([]);
  });

  it('cancels a run only after asking', async () => {
    const visit = await setUpSignedIn();
    const { page, server } = visit;
    await startRun(visit);
    server.state.step();
    server.state.step();
    await button(page, 'Cancel run').click();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(server.state.liveRun).toBeDefined();
    await button(page, 'Cancel run').click();
    await button(page, 'Cancel the run').click();
    await page.getByText('Running · stops after the batch that is being sent').waitFor();
    expect(await button(page, 'Cancel run').count()).toBe(0);
    server.state.step();
    await page.getByRole('status').filter({ hasText: 'Cancelled' }).waitFor({ state: 'attached' });
    expect(server.state.liveRun).toBeUndefined();
    expect(visit.complaints).toEqual([]);
  });

  it('shows a plan that waits, in the list too, and approves it by keyboard', async () => {
    const { page, server, complaints } = await setUpSignedIn();
    server.state.runs.unshift(heldRun);
    await page.reload();
    await page.getByRole('link', { name: 'Waiting for approval' }).click();
    await heading(page, /^Run · /).waitFor();
    const plan = page.getByRole('region', { name: 'This plan waits for approval' });
    await plan.getByText('The guard on removed rows holds this plan.').waitFor();
    expect(await shownSum(page, 'What waits for approval')).toEqual({
      Changes: 12_037,
      Added: 3,
      Changed: 0,
      Removed: 12_034,
    });
    await button(page, 'Approve …').focus();
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Approve this plan?' });
    await dialog.getByText('12,034 rows will be removed, 3 added.').waitFor();
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    expect(server.state.approved).toEqual([]);
    await page.waitForFunction(() => document.activeElement?.textContent === 'Approve …');
    await page.keyboard.press('Enter');
    await dialog.waitFor();
    await page.waitForFunction(() => document.activeElement?.textContent === 'Not yet');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.getByText('Queued · waits for a free agent').waitFor();
    await page.getByText('by Ada').waitFor();
    expect(await plan.count()).toBe(0);
    const { planDigest } = heldRun;
    expect(server.state.approved).toEqual([{ runId: heldRun.id, planDigest }]);
    expect(complaints).toEqual([]);
  });

  it('approves only the plan that was looked at', async () => {
    const { page, server } = await setUpSignedIn();
    server.state.runs.unshift(heldRun);
    await page.goto(`${server.url}/runs/${heldRun.id}`);
    await button(page, 'Approve …').click();
    server.state.runs[0] = { ...heldRun, planDigest: 'ef'.repeat(32) };
    await button(page, 'Approve the plan').click();
    await page.getByText('another plan waits').waitFor();
    expect(server.state.approved).toEqual([]);
    await button(page, 'Not yet').click();
    await page.getByRole('link', { name: 'invoices-to-billing' }).click();
    await page.getByText('A run waits for approval:').waitFor();
    expect(await button(page, 'Run now').isDisabled()).toBe(true);
    await page.getByRole('link', { name: 'look at it' }).click();
    await button(page, 'Cancel run').click();
    await page.getByText('Nothing of its plan was sent').waitFor();
  });

  it('shows what a run was asked for, who approved it, and what it went on from', async () => {
    const { page, server, complaints } = await setUpSignedIn();
    await page.goto(`${server.url}/runs/${undoingRun.id}`);
    const details = page.getByRole('region', { name: 'Details' });
    await details.getByText('at most 100 operations').waitFor();
    await details.getByText('by Ada').waitFor();
    await details.getByText('400 operations').waitFor();
    await details.getByText('12 rows').waitFor();
    await details.getByRole('link', { name: rejectedRun.id }).click();
    await page.getByRole('heading', { name: 'Errors' }).waitFor();
    expect(complaints).toEqual([]);
  });

  it('undoes a run only after a dry run has counted', async () => {
    const { page, server, complaints } = await setUpSignedIn();
    await page.goto(`${server.url}/runs/${rejectedRun.id}`);
    await button(page, 'Undo …').click();
    await button(page, 'Count first').click();
    await heading(page, /^Dry run · /).waitFor();
    const { sync, id: undo } = rejectedRun;
    expect(server.state.started).toEqual([{ sync, undo, dryRun: true }]);
    const details = page.getByRole('region', { name: 'Details' });
    await details.getByRole('link', { name: undo }).waitFor();
    expect(await button(page, 'Take it back …').count()).toBe(0);
    server.state.runs[0] = {
      ...server.state.runs[0]!,
      state: 'succeeded',
      finishedAt: minutesAgo(0),
      counts: { ...noCounts, changed: 303, removed: 902, pending: 1_205 },
      planDigest: 'ab'.repeat(32),
    };
    await button(page, 'Take it back …').click();
    await page.getByText('902 rows will be removed, 303 changed.').waitFor();
    await button(page, 'Take it back').click();
    await heading(page, /^Run · /).waitFor();
    expect(server.state.started.at(-1)).toEqual({
      sync,
      undo,
      dryRun: false,
      planDigest: 'ab'.repeat(32),
    });
    expect(complaints).toEqual([]);
  });

  it('pauses a sync and lets it go on', async () => {
    const { page, server, complaints } = await setUpSignedIn();
    await page.getByRole('link', { name: 'customers-to-app' }).click();
    await button(page, 'Pause').click();
    await page.getByLabel('Why').fill('the vendor is down');
    await page.keyboard.press('Enter');
    await page.getByText('Paused: starts no run by itself').waitFor();
    await page.getByText('public.customers · paused').waitFor();
    await page.getByText(': the vendor is down').waitFor();
    expect(server.state.syncs.map(({ pausedAt }) => pausedAt !== null)).toContain(true);
    await button(page, 'Resume').click();
    await button(page, 'Pause').waitFor();
    expect(server.state.syncs.every(({ pausedAt }) => pausedAt === null)).toBe(true);
    expect(complaints).toEqual([]);
  });

  it('shows what guards a sync and what becomes of a changed mapping', async () => {
    const { page, complaints } = await setUpSignedIn();
    await page.getByRole('link', { name: 'customers-to-app' }).click();
    const guards = page.getByRole('region', { name: 'Guards' });
    await guards
      .getByRole('row', { name: /changed more than 5,000 rows and more than 25 %/ })
      .getByText('the run waits for approval')
      .waitFor();
    await guards.getByText('every row is sent again').waitFor();
    await guards.getByText('is set aside after 5 runs').waitFor();
    expect(complaints).toEqual([]);
  });

  it('tells how fast a run is and how long it will take', async () => {
    const visit = await setUpSignedIn();
    await startRun(visit);
    for (let step = 0; step < 6; step += 1) visit.server.state.step();
    await visit.page.getByText('571 rows/s · about 2 s left').waitFor();
    while (visit.server.state.liveRun) visit.server.state.step();
    await visit.page.getByText('1,250 of 1,250 planned rows done').waitFor();
    expect(await visit.page.getByText('rows/s').count()).toBe(0);
    expect(visit.complaints).toEqual([]);
  });

  it('follows a run by asking where websockets do not get through', async () => {
    const visit = await setUpSignedIn();
    visit.server.state.refusesSockets = true;
    visit.server.cut();
    await startRun(visit);
    for (let step = 0; step < 6; step += 1) visit.server.state.step();
    await visit.page.getByText('400 of 1,250 planned rows done').waitFor();
    while (visit.server.state.liveRun) visit.server.state.step();
    await visit.page.getByText('1,250 of 1,250 planned rows done').waitFor();
    expect(visit.server.state.told).toBe(0);
  });

  it('keeps the page through an outage and goes on by itself', async () => {
    const visit = await setUpSignedIn();
    const { page, server } = visit;
    await startRun(visit);
    server.state.isDown = true;
    server.cut();
    await page.getByText('Drawbridge gives no answer').waitFor();
    expect(await heading(page, /^Run · /).count()).toBe(1);
    server.state.isDown = false;
    for (let step = 0; step < 6; step += 1) server.state.step();
    await page.getByText('400 of 1,250 planned rows done').waitFor();
    await page.getByText('Drawbridge gives no answer').waitFor({ state: 'detached' });
  });

  it('asks to sign in when the session has ended, and goes on where it was', async () => {
    const { page, server } = await setUpSignedIn();
    await page.goto(`${server.url}/runs/${failedRun.id}`);
    await page.getByText('The source refused the password').waitFor();
    server.state.sessions.clear();
    await page.getByRole('link', { name: 'Agents' }).click();
    await page.getByText('Your session has ended').waitFor();
    await fillSignIn(page, server.state.email, server.state.password);
    await heading(page, 'Agents').waitFor();
    expect(new URL(page.url()).pathname).toBe('/agents');
  });

  it('makes an enrolment token that is shown once, and revokes an agent', async () => {
    const { page, server, complaints } = await setUpSignedIn();
    await page.getByRole('link', { name: 'Agents' }).click();
    await button(page, 'Add an agent').click();
    await page.getByLabel('Pool', { exact: true }).selectOption('eu-private');
    await button(page, 'Make an enrolment token').click();
    await page.getByText('into the pool “eu-private”').waitFor();
    await page.getByRole('region', { name: 'the token' }).getByText(server.state.token).waitFor();
    await page.getByText(`DRAWBRIDGE_URL=${server.url.replace('http', 'ws')}`).waitFor();
    await button(page, 'Close').click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await button(page, 'Add an agent').click();
    await button(page, 'Make an enrolment token').waitFor();
    expect(await page.getByText(server.state.token).count()).toBe(0);
    await page.keyboard.press('Escape');
    await button(page, 'Revoke agent 88aa4c2e').click();
    await button(page, 'Revoke it').click();
    await page
      .getByRole('row', { name: /88aa4c2e/ })
      .getByText('Revoked')
      .first()
      .waitFor();
    expect(complaints).toEqual([]);
  });

  it('can be walked by keyboard', async () => {
    const { page, complaints } = await setUpSignedIn();
    await page.getByRole('link', { name: 'customers-to-app' }).waitFor();
    const focused = () => page.evaluate(() => document.activeElement?.textContent ?? '');
    await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
    await page.keyboard.press('Tab');
    expect(await focused()).toBe('Skip to content');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    expect(await focused()).toBe('Draft a sync');
    await page.keyboard.press('Tab');
    expect(await focused()).toBe('customers-to-app');
    expect(await page.evaluate(() => getComputedStyle(document.activeElement!).outlineStyle)).toBe(
      'solid',
    );
    await page.keyboard.press('Enter');
    await heading(page, 'customers-to-app').waitFor();
    await page.waitForFunction(() => document.activeElement?.tagName === 'H1');
    expect(complaints).toEqual([]);
  });

  it('keeps the colour scheme that was picked', async () => {
    const { page, complaints } = await setUpSignedIn({ colorScheme: 'light' });
    const scheme = () =>
      page.evaluate(() => document.documentElement.dataset['mantineColorScheme']);
    expect(await scheme()).toBe('light');
    await button(page, 'Colour scheme').click();
    await page.getByRole('menuitemradio', { name: 'Dark' }).click();
    await page.waitForFunction(
      () => document.documentElement.dataset['mantineColorScheme'] === 'dark',
    );
    await page.reload();
    await heading(page, 'Syncs').waitFor();
    expect(await scheme()).toBe('dark');
    expect(complaints).toEqual([]);
  });

  it('says what does not exist', async () => {
    const { page, server, complaints } = await setUpSignedIn();
    for (const [path, text] of [
      ['/nothing', 'There is no such page'],
      ['/syncs/nothing', 'There is no sync “nothing”'],
      ['/runs/nothing', 'There is no such run'],
    ]) {
      await page.goto(server.url + path);
      await heading(page, text!).waitFor();
      await page.getByRole('link', { name: 'Go to the syncs' }).waitFor();
    }
    expect(complaints).toEqual([]);
  });

  it('tells the first step where there are no syncs', async () => {
    const { page, server } = await setUpSignedIn();
    server.state.syncs = [];
    await page.reload();
    await page.getByText('No syncs yet').waitFor();
    await page.getByText('drawbridge apply').waitFor();
    expect(await page.getByRole('table').count()).toBe(0);
  });

  it.each([
    ['light', 360],
    ['light', 1600],
    ['dark', 360],
    ['dark', 1600],
  ] as const)('is readable and well formed, %s and %d px wide', async (colorScheme, width) => {
    const { page, server, complaints } = await setUp({
      colorScheme,
      viewport: { width, height: 900 },
    });
    const faultsOf = async () => [
      ...(await page.evaluate(findPageFaults)),
      ...(await page.evaluate(findPaleTexts)),
    ];
    const faults: Record<string, string[]> = {};
    server.state.runs.unshift(heldRun);
    await page.goto(`${server.url}/sign-in?error=INVALID_TOKEN`);
    await button(page, 'Sign in').waitFor();
    faults['sign-in'] = await faultsOf();
    await fillSignIn(page, server.state.email, server.state.password);
    await heading(page, 'Syncs').waitFor();
    expect(page.url()).toBe(`${server.url}/`);
    for (const [path, text] of [
      ['/', 'customers-to-app'],
      ['/syncs/customers-to-app', 'Mapping'],
      [`/runs/${rejectedRun.id}`, 'Baseline'],
      [`/runs/${failedRun.id}`, 'Why it stopped'],
      [`/runs/${heldRun.id}`, 'This plan waits for approval'],
      [`/runs/${undoingRun.id}`, 'Baseline'],
      ['/agents', '1b4e28ba'],
      ['/nothing', 'There is no such page'],
    ]) {
      await page.goto(server.url + path);
      await page.getByText(text!, { exact: true }).first().waitFor();
      faults[path!] = await faultsOf();
    }
    await page.goto(`${server.url}/agents`);
    await button(page, 'Add an agent').click();
    await button(page, 'Make an enrolment token').click();
    await page.getByText('This token enrols').waitFor();
    faults['dialog'] = await faultsOf();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await button(page, 'Colour scheme').click();
    await page.getByRole('menuitemradio', { name: 'Light' }).waitFor();
    faults['menu'] = await faultsOf();
    expect(faults).toEqual(Object.fromEntries(Object.keys(faults).map((path) => [path, []])));
    expect(complaints).toEqual([]);
  });
});

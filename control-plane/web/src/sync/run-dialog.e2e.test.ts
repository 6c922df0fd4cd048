import type { Locator, Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { findPageFaults, findPaleTexts } from '../testing/page-faults.js';
import { failedRun } from '../testing/sample.js';
import { button, describeInBrowser, heading, setUpSignedIn, type Visit } from '../testing/visit.js';

const sync = 'customers-to-app';

const dialogOf = (page: Page): Locator => page.getByRole('dialog', { name: 'Run with options' });

const box = (page: Page, name: string): Locator =>
  dialogOf(page).getByRole('checkbox', { name, exact: true });

const focused = (page: Page): Promise<string> =>
  page.evaluate(() => {
    const element = document.activeElement;
    const label = element instanceof HTMLInputElement ? element.labels?.[0] : element;
    return label?.textContent ?? '';
  });

const untilFocused = (page: Page, name: string): Promise<unknown> =>
  page.waitForFunction((wanted) => {
    const element = document.activeElement;
    const label = element instanceof HTMLInputElement ? element.labels?.[0] : element;
    return label?.textContent === wanted;
  }, name);

/** What a screen reader adds to the name of a field. */
const describedAs = (field: Locator): Promise<string> =>
  field.evaluate((element) =>
    (element.getAttribute('aria-describedby') ?? '')
      .split(' ')
      .map((id) => document.getElementById(id)?.textContent)
      .join(' '),
  );

async function open({ page, server }: Visit, asked = 'options'): Promise<void> {
  await page.goto(`${server.url}/syncs/${sync}?with=${asked}`);
  await dialogOf(page).waitFor();
}

const isGone = (dialog: Locator): Promise<void> => dialog.waitFor({ state: 'detached' });

describeInBrowser('the dialog that starts a run with options', () => {
  it('is opened, walked and left by keyboard, and starts nothing by that', async () => {
    const { page, server, complaints } = await setUpSignedIn();
    await page.getByRole('link', { name: sync }).click();
    await button(page, 'Run with options …').focus();
    await page.keyboard.press('Enter');
    await untilFocused(page, 'Dry run');
    const seen = new Set<string>();
    for (let presses = 0; presses < 30; presses += 1) {
      seen.add(await focused(page));
      await page.keyboard.press('Tab');
      expect(await page.evaluate(() => document.activeElement?.closest('[role=dialog]'))).not.toBe(
        null,
      );
    }
    for (const name of ['Dry run', 'Every row again', 'Close', 'Start the run'])
      expect([...seen]).toContain(name);
    await page.keyboard.press('Escape');
    await isGone(dialogOf(page));
    await untilFocused(page, 'Run with options …');
    expect(server.state.started).toEqual([]);
    expect(new URL(page.url()).search).toBe('');
    expect(complaints).toEqual([]);
  });

  it('lets nobody choose what does not go together, and says why', async () => {
    const visit = await setUpSignedIn();
    const { page } = visit;
    await open(visit);
    const rebaseline = box(page, 'Record the rows, send nothing');
    expect(await describedAs(rebaseline)).toContain('--rebaseline');
    expect(await rebaseline.isDisabled()).toBe(false);
    await box(page, 'Every row again').focus();
    await page.keyboard.press('Space');
    expect(await box(page, 'Every row again').isChecked()).toBe(true);
    expect(await rebaseline.isDisabled()).toBe(true);
    expect(await describedAs(rebaseline)).toContain(
      'Not together with “Every row again”: one sends every row, the other sends none.',
    );
    expect(await box(page, 'Compare every value').isDisabled()).toBe(false);
    // Within reach, so that the reason is heard; and still not to be had.
    await page.keyboard.press('Tab');
    expect(await focused(page)).toBe('Record the rows, send nothing');
    await page.keyboard.press('Space');
    expect(await rebaseline.isChecked()).toBe(false);
    await box(page, 'Every row again').uncheck();
    await rebaseline.check();
    expect(await box(page, 'Every row again').isDisabled()).toBe(true);
    expect(visit.complaints).toEqual([]);
  });

  it('asks for a canary by number, and says beside the field what is wrong with it', async () => {
    const visit = await setUpSignedIn();
    const { page, server } = visit;
    await open(visit, 'canary');
    const number = dialogOf(page).getByLabel('Operations', { exact: true });
    await number.fill('1.5');
    await button(page, 'Start the run').click();
    await untilFocused(page, 'Operations');
    expect(await number.getAttribute('aria-invalid')).toBe('true');
    expect(await describedAs(number)).toContain('A whole number of operations, from 1');
    await number.fill('7');
    expect(await number.getAttribute('aria-invalid')).not.toBe('true');
    server.state.refusal = { code: 'run.bad_canary', message: 'Seven is not to be had today.' };
    await page.keyboard.press('Enter');
    await dialogOf(page).getByText('run.bad_canary').waitFor();
    expect(await describedAs(number)).toBe('Seven is not to be had today.run.bad_canary');
    expect(server.state.started).toEqual([]);
    await box(page, 'Compare every value').check();
    await button(page, 'Start the run').click();
    await heading(page, /^Run · /).waitFor();
    expect(server.state.started).toEqual([{ sync, canary: 7, verify: true }]);
    const details = page.getByRole('region', { name: 'Details' });
    await details.getByText('compare every value, at most 7 operations').waitFor();
    await page.goBack();
    await heading(page, sync).waitFor();
    expect(await dialogOf(page).count()).toBe(0);
    expect(visit.complaints).toEqual([]);
  });

  it('starts what is destructive only after a second look, which offers to count first', async () => {
    const visit = await setUpSignedIn();
    const { page, server } = visit;
    await open(visit);
    await box(page, 'Every row again').check();
    await button(page, 'Start the run').click();
    await dialogOf(page)
      .getByText('Every current row goes to public.customers of app-db')
      .waitFor();
    expect(server.state.started).toEqual([]);
    await untilFocused(page, 'Back');
    expect(await describedAs(button(page, 'Back'))).toContain('is overwritten');
    await page.keyboard.press('Enter');
    await untilFocused(page, 'Start the run');
    expect(await box(page, 'Every row again').isChecked()).toBe(true);
    await page.keyboard.press('Enter');
    await button(page, 'Dry run first').click();
    await heading(page, /^Dry run · /).waitFor();
    expect(server.state.started).toEqual([{ sync, full: true, dryRun: true }]);
    while (server.state.liveRun) server.state.step();
    await open(visit, 'rebaseline');
    await button(page, 'Start the run').click();
    await button(page, 'Record the rows').click();
    await heading(page, /^Run · /).waitFor();
    expect(server.state.started.at(-1)).toEqual({ sync, rebaseline: true });
    expect(visit.complaints).toEqual([]);
  });

  it('says with its code what the server refuses, and keeps what was chosen', async () => {
    const visit = await setUpSignedIn();
    const { page, server } = visit;
    await open(visit, 'backfill');
    server.state.refusal = { code: 'pool.not_found', message: 'There is no pool "eu".' };
    await button(page, 'Start the run').click();
    const alert = dialogOf(page).getByRole('alert');
    await alert.getByText('There is no pool "eu".').waitFor();
    expect(await alert.innerText()).toContain('pool.not_found');
    expect(await box(page, 'Every row again if the mapping changed').isChecked()).toBe(true);
    await box(page, 'Dry run').check();
    expect(await alert.innerText()).toBe('');
    await button(page, 'Start a dry run').click();
    await heading(page, /^Dry run · /).waitFor();
    expect(server.state.started).toEqual([{ sync, backfill: true, dryRun: true }]);
    expect(visit.complaints).toEqual([]);
  });

  it('is a click away from an error whose way out is an option, with that chosen', async () => {
    const { page, server, complaints } = await setUpSignedIn();
    const advice =
      'If the values are the same, use `drawbridge run SYNC --accept-types`, otherwise `drawbridge run SYNC --full`. `--rebaseline` sends nothing.';
    const failure = { ...failedRun.failure!, code: 'snapshot.type_drift', advice };
    server.state.runs.unshift({ ...failedRun, sync, failure });
    await page.goto(`${server.url}/runs/${failedRun.id}`);
    const errors = page.getByRole('region', { name: 'Why it stopped' });
    await errors.getByText('Run it with:').waitFor();
    expect(await errors.getByRole('link').allInnerTexts()).toEqual([
      'Take changed types as they are',
      'Every row again',
    ]);
    await errors.getByRole('link', { name: 'Every row again' }).click();
    await untilFocused(page, 'Every row again');
    expect(await box(page, 'Every row again').isChecked()).toBe(true);
    expect(server.state.started).toEqual([]);
    await page.keyboard.press('Escape');
    await isGone(dialogOf(page));
    await page.goto(`${server.url}/syncs/${sync}?with=undo`);
    await heading(page, sync).waitFor();
    expect(await dialogOf(page).count()).toBe(0);
    expect(complaints).toEqual([]);
  });

  it.each([
    ['light', 360],
    ['light', 1600],
    ['dark', 360],
    ['dark', 1600],
  ] as const)('is readable and well formed, %s and %d px wide', async (colorScheme, width) => {
    const visit = await setUpSignedIn({ colorScheme, viewport: { width, height: 900 } });
    const { page } = visit;
    const faults = async () => [
      ...(await page.evaluate(findPageFaults)),
      ...(await page.evaluate(findPaleTexts)),
    ];
    await open(visit, 'canary');
    await dialogOf(page).getByLabel('Operations', { exact: true }).fill('none');
    await button(page, 'Start the run').click();
    await untilFocused(page, 'Operations');
    expect(await faults()).toEqual([]);
    await open(visit, 'full');
    await button(page, 'Start the run').click();
    await untilFocused(page, 'Back');
    expect(await faults()).toEqual([]);
    expect(visit.complaints).toEqual([]);
  });
});

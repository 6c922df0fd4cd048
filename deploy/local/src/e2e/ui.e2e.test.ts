import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import type { Browser, Page } from 'playwright-core';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { freePort } from '../free-port.js';
import { openProgram } from '../program.js';
import { openWhole } from '../testing/whole.js';
import type { Whole } from '../testing/whole.js';

const chromiumPath = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium';
const hasBrowser = existsSync(chromiumPath);
const why = hasBrowser ? '' : ` (skipped: no browser at ${chromiumPath}; set CHROMIUM_PATH)`;
const args = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

let whole: Whole;
let browser: Browser;
let page: Page;
let complaints: string[];

async function openPage(): Promise<void> {
  browser = await chromium.launch({ executablePath: chromiumPath, args });
  page = await browser.newPage({ locale: 'en-GB' });
  page.setDefaultTimeout(30_000);
  complaints = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
}

async function makePeople(words = ''): Promise<void> {
  await whole.warehouse.query(`create table person as
    select id, 'person ' || id as name from generate_series(1, 60000) as id`);
  await whole.target.query('create table person (id bigint primary key, name text)');
  await whole.apply(`${whole.connections}
models:
  people: { source: warehouse, primaryKey: [id], sql: "select id, name from person" }
syncs:
  people-to-app: { model: people, destination: target, object: public.person, mode: mirror, key: { id: id }, fields: { name: name }${words} }
`);
}

const heading = (name: string | RegExp) => page.getByRole('heading', { level: 1, name });

/** Waits for the page's own word that the run is over. */
const ended = (state: string) =>
  page.getByRole('status').filter({ hasText: state }).waitFor({ state: 'attached' });

/** What the page says became of the run's rows, by the words that it uses. */
async function shownCounts(): Promise<Record<string, number>> {
  const cells = await page.locator('[data-count]').all();
  const entries = cells.map(async (cell): Promise<[string, number]> => [
    ((await cell.getAttribute('data-count')) ?? '').toLowerCase(),
    Number((await cell.innerText()).replaceAll(/\D/g, '')),
  ]);
  return Object.fromEntries(await Promise.all(entries));
}

async function runNow(state = 'Succeeded'): Promise<string> {
  await page.getByRole('button', { name: 'Run now' }).click();
  await heading(/^Run · /).waitFor();
  const id = new URL(page.url()).pathname.split('/').at(-1);
  await ended(state);
  return id!;
}

/** An agent as someone starts it who follows what the page says, with a bucket and a folder of their own. */
async function openShownAgent(commands: string): Promise<AsyncDisposable> {
  const shown = [...commands.matchAll(/^export (\w+)=(\S+)$/gm)].map(([, name, value]) => [
    name,
    value,
  ]);
  const folder = await mkdtemp(join(tmpdir(), 'drawbridge-shown-agent-'));
  const port = await freePort();
  const { bucket, endpoint, accessKeyId, secretAccessKey } = whole.bucket;
  const program = await openProgram({
    name: 'agent',
    script: fileURLToPath(new URL('../../../../agent/dist/main.js', import.meta.url)),
    args: ['start'],
    logFile: join(folder, 'log'),
    readyUrl: `http://127.0.0.1:${port}/readyz`,
    env: async () => ({
      ...(Object.fromEntries(shown) as Record<string, string>),
      PATH: process.env.PATH ?? '',
      DRAWBRIDGE_IDENTITY: `file:${join(folder, 'identity')}`,
      DRAWBRIDGE_WORK_DIR: join(folder, 'work'),
      DRAWBRIDGE_BUCKET: `s3://${bucket}/shown`,
      DRAWBRIDGE_METRICS_PORT: String(port),
      AWS_REGION: 'us-east-1',
      AWS_ENDPOINT_URL_S3: endpoint,
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
    }),
  });
  return {
    [Symbol.asyncDispose]: async () => {
      await program.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

describe.skipIf(!hasBrowser)(`the UI of the whole product${why}`, () => {
  beforeEach(async () => {
    whole = await openWhole({ postgresUrl: inject('postgresUrl') });
    await openPage();
  });

  afterEach(async () => {
    await browser.close();
    await whole.close();
  });

  it('signs in by link, runs a sync, and shows the counts that the agent reported', async () => {
    await makePeople();
    const answer = await page.goto(whole.product.signInLink);
    await heading('Syncs').waitFor();
    expect(answer?.headers()['content-security-policy']).toContain("script-src 'self'");
    await page.getByText('Never run').waitFor();

    await page.getByRole('link', { name: 'people-to-app' }).click();
    await page.getByText('select id, name from person').waitFor();
    const first = await runNow();
    const { changes, ...shown } = await shownCounts();
    expect(changes).toBe(60_000);
    expect(shown).toEqual((await whole.show(first)).counts);
    expect(shown).toMatchObject({ queried: 60_000, added: 60_000, sent: 60_000 });
    await page.getByText('60,000 of 60,000 planned rows done (100 %)').waitFor();

    await whole.warehouse.query(`update person set name = name || '!' where id <= 70`);
    await whole.warehouse.query('delete from person where id > 59995');
    await page.getByRole('link', { name: 'people-to-app' }).click();
    const second = await runNow();
    expect(await shownCounts()).toEqual({ ...(await whole.show(second)).counts, changes: 75 });
    const sql = 'select id, name from person';
    expect(await whole.differences(sql, sql)).toBe(0);
    expect(complaints).toEqual([]);
  });

  it('lets a person approve what a guard holds, and take back what a run sent', async () => {
    await makePeople(', guards: { removed: { rows: 10, percent: 10, action: approve } }');
    await page.goto(whole.product.signInLink);
    await page.getByRole('link', { name: 'people-to-app' }).click();
    await page.getByRole('row', { name: /removed more than 10 rows/ }).waitFor();
    await runNow();
    await whole.warehouse.query('delete from person where id > 20000');
    await page.getByRole('link', { name: 'people-to-app' }).click();
    const held = await runNow('Waiting for approval');
    await page.getByText('The guard on removed rows holds this plan.').waitFor();
    await page.getByRole('button', { name: 'Approve …' }).click();
    await page.getByText('40,000 rows will be removed.').waitFor();
    await page.getByRole('button', { name: 'Approve the plan' }).click();
    await ended('Succeeded');
    expect(await whole.show(held)).toMatchObject({ counts: { removed: 40_000, sent: 40_000 } });
    expect(await whole.differences('select id from person', 'select id from person')).toBe(0);

    await page.getByRole('button', { name: 'Undo …' }).click();
    await page.getByRole('button', { name: 'Count first' }).click();
    await heading(/^Dry run · /).waitFor();
    await ended('Succeeded');
    await page.getByRole('button', { name: 'Take it back …' }).click();
    await page.getByText('40,000 rows will be added.').waitFor();
    await page.getByRole('button', { name: 'Take it back', exact: true }).click();
    await heading(/^Run · /).waitFor();
    await ended('Succeeded');
    const all = `select id, 'person ' || id as name from generate_series(1, 60000) as id`;
    expect(await whole.differences(all, 'select id, name from person')).toBe(0);
    expect(complaints).toEqual([]);
  });

  it('shows the agent, enrols another as the page says, and refuses a link that was used', async () => {
    await page.goto(whole.product.signInLink);
    await heading('Syncs').waitFor();
    await page.getByText('No syncs yet').waitFor();
    await page.getByRole('link', { name: 'Agents' }).click();
    await page.getByText('Online').waitFor();
    await page.getByRole('button', { name: 'Add an agent' }).click();
    await page.getByRole('button', { name: 'Make an enrolment token' }).click();
    const commands = await page.getByRole('region', { name: 'the commands' }).innerText();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await using _ = await openShownAgent(commands);
    await page.getByText('Online').nth(1).waitFor();

    await page.getByRole('button', { name: /^Account of/ }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await heading('Sign in to Drawbridge').waitFor();
    await page.goto(whole.product.signInLink);
    await page.getByText('expired or was used before').waitFor();
    expect(complaints).toEqual([]);
  });
});

import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { freePort } from '../free-port.js';
import { openProduct, type Product } from '../product.js';
import { makeDatabase, type TestDatabase } from '../testing/database.js';

const chromiumPath = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium';
const hasBrowser = existsSync(chromiumPath);
const why = hasBrowser ? '' : ` (skipped: no browser at ${chromiumPath}; set CHROMIUM_PATH)`;

const password = 'correct horse battery';

let home: string;
let database: TestDatabase;
let product: Product;
let url: string;
let browser: Browser;

async function openPage(): Promise<Page> {
  const context = await browser.newContext({ locale: 'en-GB' });
  const page = await context.newPage();
  page.setDefaultTimeout(30_000);
  return page;
}

/** The link in the newest mail to that address with that subject, once it is there. */
const mailedLink = (to: string, subject: string): Promise<string> =>
  vi.waitFor(
    async () => {
      const names = (await readdir(product.mailFolder)).toSorted().toReversed();
      for (const name of names) {
        const raw = await readFile(join(product.mailFolder, name), 'utf8');
        const text = raw.replaceAll(/=\r?\n/g, '').replaceAll('=3D', '=');
        const [link] = /http:\/\/\S+#\S+/.exec(text) ?? [];
        if (link && text.includes(`To: ${to}`) && text.includes(subject)) return link;
      }
      throw new Error('No such mail yet.');
    },
    { timeout: 30_000, interval: 100 },
  );

const heading = (page: Page, name: string) => page.getByRole('heading', { level: 1, name });
const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click();

/** A device of Chromium's own that is unlocked whenever it is asked. */
async function addAuthenticator(page: Page): Promise<void> {
  const session = await page.context().newCDPSession(page);
  await session.send('WebAuthn.enable');
  await session.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
}

async function fill(page: Page, typed: Record<string, string>): Promise<void> {
  for (const [label, text] of Object.entries(typed))
    await page.getByLabel(label, { exact: true }).fill(text);
}

describe.skipIf(!hasBrowser)(`people in a browser${why}`, () => {
  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'drawbridge-account-'));
    database = await makeDatabase(inject('postgresUrl'));
    const bucket = { endpoint: '', bucket: '', accessKeyId: '', secretAccessKey: '' };
    const port = await freePort();
    [product, browser] = await Promise.all([
      openProduct({ home, databaseUrl: database.url, bucket, port, agents: 0 }),
      chromium.launch({
        executablePath: chromiumPath,
        args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
      }),
    ]);
    url = product.url.replace('127.0.0.1', 'localhost');
  });
  afterEach(async () => {
    for (const context of browser.contexts()) await context.close();
  });
  afterAll(async () => {
    await browser.close();
    await product.close();
    await database.close();
    await rm(home, { recursive: true });
  });

  it('sign up, invite somebody, use a passkey, and choose a new password', async () => {
    const ada = await openPage();
    await ada.goto(url);
    await ada.getByRole('link', { name: 'Sign up' }).click();
    await fill(ada, { Email: 'ada@example.com' });
    await press(ada, 'Mail me a link');
    await ada.getByText('A mail is on its way to ada@example.com.').waitFor();
    await ada.goto(await mailedLink('ada@example.com', 'new Drawbridge workspace'));
    await fill(ada, { 'Your name': 'Ada', Password: password, Workspace: 'Local' });
    await press(ada, 'Make the workspace');
    await ada.getByText('There is a workspace named "Local".').waitFor();
    await fill(ada, { Workspace: 'Analytical Engines' });
    await press(ada, 'Make the workspace');
    await heading(ada, 'Syncs').waitFor();
    await ada.getByRole('link', { name: 'Analytical Engines, home' }).waitFor();

    await ada.getByRole('link', { name: 'Members' }).click();
    await press(ada, 'Invite a member');
    await fill(ada, { Email: 'bob@example.com' });
    await ada.getByLabel('Role', { exact: true }).selectOption('editor');
    await press(ada, 'Send the invitation');
    await ada.getByRole('row', { name: /bob@example.com/ }).waitFor();

    const bob = await openPage();
    await bob.goto(await mailedLink('bob@example.com', 'invites you to Analytical Engines'));
    await bob.getByText('Ada invites bob@example.com as editor.').waitFor();
    await fill(bob, { 'Your name': 'Bob', Password: password });
    await press(bob, 'Join');
    await heading(bob, 'Syncs').waitFor();
    await bob.getByRole('link', { name: 'Members' }).click();
    await bob.getByText('Bob (you)').waitFor();
    expect(await bob.getByRole('button', { name: /^Remove/ }).count()).toBe(0);

    await addAuthenticator(ada);
    await ada.goto(`${url}/security`);
    await press(ada, 'Add a passkey');
    await fill(ada, { 'Name of the passkey': 'Laptop' });
    await press(ada, 'Add it');
    await ada.getByRole('rowheader', { name: 'Laptop' }).waitFor();
    await press(ada, 'Account of ada@example.com');
    await ada.getByRole('menuitem', { name: 'Sign out' }).click();
    await press(ada, 'Sign in with a passkey');
    await heading(ada, 'Security').waitFor();
    await press(ada, 'Remove the passkey Laptop');
    await ada.getByText('You have none yet.').waitFor();
    await press(ada, 'Account of ada@example.com');
    await ada.getByRole('menuitem', { name: 'Sign out' }).click();
    await press(ada, 'Sign in with a passkey');
    await ada.getByText('This passkey opens no account here.').waitFor();

    const elsewhere = await openPage();
    await elsewhere.goto(url);
    await elsewhere.getByRole('link', { name: 'Forgot your password?' }).click();
    await fill(elsewhere, { Email: 'bob@example.com' });
    await press(elsewhere, 'Mail me a link');
    await elsewhere.goto(await mailedLink('bob@example.com', 'A new password'));
    await fill(elsewhere, { Password: 'another long password' });
    await press(elsewhere, 'Set it and sign in');
    await heading(elsewhere, 'Syncs').waitFor();
    await bob.reload();
    await heading(bob, 'Sign in to Drawbridge').waitFor();
  });
});

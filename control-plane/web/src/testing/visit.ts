import { existsSync } from 'node:fs';
import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe } from 'vitest';
import { chromiumPath, openBrowser, openPage } from './browser.js';
import { openFakeServer } from './fake-server.js';
import type { FakeServer } from './fake-server.js';

const hasBrowser = existsSync(chromiumPath);
const why = hasBrowser ? '' : ` (skipped: no browser at ${chromiumPath}; set CHROMIUM_PATH)`;

let browser: Browser;
const closers: (() => PromiseLike<void>)[] = [];

/** Somebody at a page of their own, and the server that it talks to. */
export interface Visit {
  server: FakeServer;
  page: Page;
  /** What the browser complained about. */
  complaints: string[];
}

/** Tests that share a browser; each visit ends with its test. */
export function describeInBrowser(name: string, tests: () => void): void {
  describe.skipIf(!hasBrowser)(`${name}${why}`, () => {
    beforeAll(async () => {
      browser = await openBrowser();
    });
    afterAll(() => browser.close());
    afterEach(async () => {
      for (const close of closers.splice(0)) await close();
    });
    tests();
  });
}

export async function setUp(options: BrowserContextOptions = {}): Promise<Visit> {
  const server = await openFakeServer();
  const { page, complaints, close } = await openPage(browser, options);
  closers.push(close, () => server[Symbol.asyncDispose]());
  return { server, page, complaints };
}

export async function setUpSignedIn(options: BrowserContextOptions = {}): Promise<Visit> {
  const visit = await setUp(options);
  await visit.page.goto(`${visit.server.url}/api/auth/magic-link/verify?token=good`);
  await heading(visit.page, 'Syncs').waitFor();
  return visit;
}

export const heading = (page: Page, name: string | RegExp): Locator =>
  page.getByRole('heading', { level: 1, name });

export const button = (page: Page, name: string): Locator =>
  page.getByRole('button', { name, exact: true });

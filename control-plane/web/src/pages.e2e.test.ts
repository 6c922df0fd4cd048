import { expect, it } from 'vitest';
import { findPageFaults, findPaleTexts } from './testing/page-faults.js';
import { button, describeInBrowser, heading, setUpSignedIn } from './testing/visit.js';

// One visit for all of them: what each page decides by itself is tested without a browser.
describeInBrowser('the pages of whoever looks after a workspace', () => {
  it('make, change and take back what the API has', async () => {
    const { page, server, complaints } = await setUpSignedIn();
    const { state, url } = server;
    const faults: string[] = [];
    const look = async () => {
      faults.push(
        ...(await page.evaluate(findPageFaults)),
        ...(await page.evaluate(findPaleTexts)),
      );
    };
    const go = async (name: string) => {
      await page.getByRole('link', { name, exact: true }).click();
      await heading(page, name).waitFor();
    };
    const closed = () => page.getByRole('dialog').waitFor({ state: 'detached' });

    await go('API keys');
    await button(page, 'Make a key').click();
    await page.getByLabel('Name').fill('nightly');
    await page.getByLabel('Role').selectOption('operator');
    await page.keyboard.press('Enter');
    await page.getByRole('region', { name: 'the key' }).getByText(/^dbk_/).waitFor();
    await look();
    await button(page, 'I have kept it').click();
    await closed();
    expect(await page.getByText(/dbk_x9Qrx9Qr/).count()).toBe(0);
    await button(page, 'Revoke the key nightly').click();
    await button(page, 'Revoke it').click();
    await closed();
    expect(state.keys.map(({ name }) => name)).not.toContain('nightly');

    await go('Configuration');
    await button(page, 'Go back to version 3').click();
    await page.getByText('removed: ').first().waitFor({ state: 'attached' });
    await look();
    await button(page, 'Go back to it').click();
    await page.getByText('back to version 3').waitFor();

    await go('Channels');
    await button(page, 'Add a channel').click();
    await page.getByLabel('Name').fill('hook');
    await page.getByLabel('Kind').selectOption('webhook');
    await page.getByLabel('Address').fill('https://hooks.example.com/x');
    await button(page, 'Add the channel').click();
    await page
      .getByRole('region', { name: 'the signing secret' })
      .getByText(/^whsec_/)
      .waitFor();
    await button(page, 'I have kept it').click();
    await closed();
    await look();
    await page.getByRole('link', { name: /^events-of-runs/ }).click();
    await page.getByRole('button', { name: /^Send again: audit/ }).click();
    await page.getByRole('button', { name: /^Send again: audit/ }).waitFor({ state: 'detached' });
    expect(state.channels.deliveries.find(({ id }) => id === 'e3')?.state).toBe('waiting');
    await look();

    await go('Destinations');
    await button(page, 'Pause the destination app-db').click();
    await page.getByLabel('Why').fill('the vendor is down');
    await page.keyboard.press('Enter');
    await button(page, 'Resume the destination app-db').waitFor();
    expect(state.destinations[0]?.pauseReason).toBe('the vendor is down');
    await page.getByRole('link', { name: 'Runs to app-db' }).click();
    await heading(page, 'Runs').waitFor();
    expect(await page.getByLabel('Destination').inputValue()).toBe('app-db');
    await page.getByLabel('State').selectOption('failed');
    await page.waitForURL(/destination=app-db.*state=failed|state=failed.*destination=app-db/);
    await page.goBack();
    await page.waitForURL((at) => !at.search.includes('state'));
    await look();

    state.role = 'viewer';
    await page.goto(`${url}/channels`);
    await page.getByText('This page is for admins and above').waitFor();
    await page.goto(`${url}/destinations`);
    await page.getByText('the vendor is down').waitFor();
    expect(await page.getByRole('button', { name: /Pause|Resume/ }).count()).toBe(0);
    expect(faults).toEqual([]);
    expect(complaints).toEqual([]);
  });
});

import { expect, it } from 'vitest';
import { findPageFaults, findPaleTexts } from '../testing/page-faults.js';
import { describeInBrowser, heading, setUpSignedIn } from '../testing/visit.js';

describeInBrowser('the schedule on the page of a sync', () => {
  it('is a line of slots that the keyboard walks and that leads to runs', async () => {
    const { page, server, complaints } = await setUpSignedIn();
    await page.goto(`${server.url}/syncs/customers-to-app`);
    await heading(page, 'customers-to-app').waitFor();
    const line = page.getByRole('list', { name: 'Slots of the schedule, oldest first' });
    await line.waitFor();
    expect(await line.getByRole('listitem').count()).toBe(20 + 1 + 6);
    const skipped = line.getByRole('img', { name: /Missed. Another run of the sync was live./ });
    await skipped.focus();
    await page.locator('[data-detail]', { hasText: 'Missed. Another run' }).waitFor();
    await page.keyboard.press('Tab');
    await page.locator('[data-detail]', { hasText: 'Succeeded.' }).waitFor();
    expect(await line.getByRole('img', { name: /: Next\.$/ }).count()).toBe(6);
    expect(await page.evaluate(findPageFaults)).toEqual([]);
    expect(await page.evaluate(findPaleTexts)).toEqual([]);
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/runs\/r1$/);
    expect(complaints).toEqual([]);
  });
});

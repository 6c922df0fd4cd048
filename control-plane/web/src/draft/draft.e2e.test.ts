import type { Locator, Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { findPageFaults, findPaleTexts } from '../testing/page-faults.js';
import { button, describeInBrowser, heading, setUpSignedIn, type Visit } from '../testing/visit.js';

const field = (page: Page, name: string): Locator =>
  page.getByRole('combobox', { name, exact: true });

const file = (page: Page): Promise<string> =>
  page.getByRole('region', { name: 'the YAML' }).innerText();

async function open(): Promise<Visit> {
  const visit = await setUpSignedIn();
  await visit.page.getByRole('link', { name: 'Draft a sync' }).click();
  await heading(visit.page, 'Draft a sync').waitFor();
  return visit;
}

/** Enters the field, waits for its choices, and goes down to the one. */
async function chooseByKeyboard(page: Page, name: string, choice: string): Promise<void> {
  await field(page, name).focus();
  // Opens the list where the field was entered before.
  await page.keyboard.press('ArrowDown');
  const list = page.getByRole('listbox', { name, exact: true });
  const option = list.getByRole('option').filter({ has: page.getByText(choice, { exact: true }) });
  await option.waitFor();
  while ((await option.getAttribute('data-combobox-selected')) !== 'true')
    await page.keyboard.press('ArrowDown');
  expect(await page.evaluate(findPaleTexts)).toEqual([]);
  await page.keyboard.press('Enter');
}

describeInBrowser('a draft of a sync', () => {
  it('is filled in by keyboard, with choices that an agent gives', async () => {
    const { page, server, complaints } = await open();
    await field(page, 'Source').selectOption('warehouse');
    await chooseByKeyboard(page, 'Table', 'marts.');
    expect(await field(page, 'Table').inputValue()).toBe('marts.');
    await chooseByKeyboard(page, 'Table', 'marts.customers');
    await chooseByKeyboard(page, 'Primary key', 'customer_id');
    await field(page, 'Destination').selectOption('app-db');
    await chooseByKeyboard(page, 'Object', 'public.people');
    await chooseByKeyboard(page, 'Field that finds a record by the primary key', 'external_id');
    await chooseByKeyboard(page, 'Column 1', 'email');
    await chooseByKeyboard(page, 'Field 1', 'mail');
    expect(await file(page)).toContain(`models:
  customers:
    source: warehouse
    table: marts.customers
    primaryKey: [customer_id]
syncs:
  customers-to-app-db:
    model: customers
    destination: app-db
    object: public.people
    mode: upsert
    key: { external_id: customer_id }
    fields:
      mail: email`);
    await page.getByText('drawbridge plan, and drawbridge apply').waitFor();
    expect(server.state.looks).toContainEqual({
      source: 'warehouse',
      path: ['marts', 'customers'],
    });
    expect(await page.evaluate(findPageFaults)).toEqual([]);
    expect(await page.evaluate(findPaleTexts)).toEqual([]);
    expect(complaints).toEqual([]);
  });

  it('takes any name, and says why there are no choices', async () => {
    const { page, server, complaints } = await open();
    server.state.discoveryFailure = {
      code: 'discovery.off',
      title: 'The agent does not tell what is in its systems',
      advice: 'Write the name yourself.',
    };
    await field(page, 'Source').selectOption('warehouse');
    await field(page, 'Table').fill('secret.table');
    await page.getByText(/No choices: The agent does not tell .*\(discovery\.off\)/).waitFor();
    expect(await file(page)).toContain('table: secret.table');
    // Asked again, and this time there is an answer.
    server.state.discoveryFailure = undefined;
    await field(page, 'Source').focus();
    await field(page, 'Table').fill('');
    await field(page, 'Table').focus();
    await page.getByRole('option', { name: 'marts.' }).waitFor();
    await button(page, 'Add a column').click();
    await field(page, 'Column 2').waitFor();
    expect(complaints).toEqual([]);
  });
});

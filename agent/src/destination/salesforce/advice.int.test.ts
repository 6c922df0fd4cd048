import { readdir, readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import type { Failure } from '../../failure.js';
import { connectedOrg, field, never, openObject } from '../../testing/salesforce-org.js';
import type { ConnectedOrg } from '../../testing/salesforce-org.js';
import type { ObjectSetting } from '../../testing/salesforce/schema.js';
import { map, syncing } from '../../testing/salesforce-sync.js';
import { advice } from './advice.js';

/** Deals of accounts, and all that a customer's own things may do to them. */
const deal: ObjectSetting = {
  name: 'Deal__c',
  fields: [
    { name: 'ExtId__c', type: 'string', externalId: true, unique: true },
    { name: 'Text__c', type: 'string' },
    {
      name: 'Account__c',
      type: 'reference',
      referenceTo: 'Company__c',
      relationshipName: 'Account__r',
    },
    {
      name: 'Parent__c',
      type: 'reference',
      referenceTo: 'Deal__c',
      relationshipName: 'Parent__r',
      keepsTarget: true,
    },
  ],
  trigger: {
    name: 'DealTrigger',
    fault: ({ Text__c: text }) =>
      text === 'trigger'
        ? 'System.NullPointerException: Attempt to de-reference a null object'
        : undefined,
  },
  flow: {
    name: 'Deal Welcome',
    fault: ({ Text__c: text }) =>
      text === 'flow' ? 'An unhandled fault has occurred in this flow' : undefined,
  },
  isReadOnly: ({ Text__c: text }) => text === 'locked',
};
const company: ObjectSetting = {
  name: 'Company__c',
  fields: [{ name: 'ExtId__c', type: 'string', externalId: true, unique: true }],
  isReadOnly: () => true,
};

/** A row of a deal: its id, a text, its company. */
type Row = (string | null)[];
const refusals: [code: string, row: Row, message: string][] = [
  [
    'CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY',
    ['1', 'trigger', null],
    'DealTrigger: execution of BeforeInsert',
  ],
  ['CANNOT_EXECUTE_FLOW_TRIGGER', ['1', 'flow', null], 'the “Deal Welcome” process failed'],
  ['INSUFFICIENT_ACCESS_OR_READONLY', ['locked', 'x', null], 'insufficient access rights on object id'],
  ['INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY', ['1', 'x', 'c'], 'cross-reference id: '],
  ['STORAGE_LIMIT_EXCEEDED', ['1', 'x', null], 'storage limit exceeded'],
]; // prettier-ignore

function prepare({ server }: Pick<ConnectedOrg, 'server'>, code: string): void {
  server.addObject(company);
  server.addObject(deal);
  server.seed('Company__c', [{ ExtId__c: 'c' }]);
  server.seed('Deal__c', [{ ExtId__c: 'locked', Text__c: 'locked' }]);
  if (code === 'STORAGE_LIMIT_EXCEEDED') server.moods.storedRecords = 2;
}

const fields = [field('Text__c'), field('Account__r.ExtId__c')];
const adviceFor = ({ code, vendorCode }: Failure): string | undefined =>
  advice.find((each) => each.code === code && each.vendorCode === vendorCode)?.advice;

it('gives no advice for a code of rows that the server never says', async () => {
  const folder = new URL('../../testing/salesforce/', import.meta.url);
  const files = (await readdir(folder)).filter((name) => !name.endsWith('.test.ts'));
  const server = await Promise.all(files.map((name) => readFile(new URL(name, folder), 'utf8')));
  const codes = advice.flatMap(({ vendorCode }) => vendorCode ?? []);
  expect(codes.filter((code) => !server.join().toUpperCase().includes(`'${code}'`))).toEqual([]);
});

describe('what Salesforce refuses has its advice', () => {
  it.each(refusals)('by calls: %s', async (code, row, message) => {
    const org = await connectedOrg();
    prepare(org, code);
    const { send } = await org.open({ object: 'Deal__c', mode: 'upsert', fields });
    const [outcome] = await send([row]);
    if (outcome?.kind !== 'rejected') throw new Error(`It was ${outcome?.kind}.`);
    const { failure } = outcome;
    expect(failure).toMatchObject({
      kind: 'REJECTED',
      code: 'destination.rejected',
      vendorCode: code,
      detail: expect.stringContaining(message),
    });
    expect(failure.message).not.toContain(message);
    expect(adviceFor(failure)).toBeTruthy();
  });

  it('by jobs: all of them', async () => {
    const sync = await syncing();
    const ofRows = refusals.filter(([code]) => code !== 'STORAGE_LIMIT_EXCEEDED');
    prepare(sync, '');
    sync.table = ofRows.map(([, [id = '', text = '', owner = null]], n) => ({
      id: id === 'locked' ? id : `${n}`,
      text,
      company: owner,
    }));
    const report = await sync.run({
      object: 'Deal__c',
      fields: [map('Text__c', 'text'), map('Account__r.ExtId__c', 'company')],
    });
    expect(report.counts).toMatchObject({ sent: 0, rejected: ofRows.length });
    expect(report.errors.map(({ failure }) => failure.vendorCode).toSorted()).toEqual(
      ofRows.map(([code]) => code).toSorted(),
    );
  });

  it('of a removal: DELETE_FAILED', async () => {
    const org = await connectedOrg();
    org.server.addObject(company);
    org.server.addObject(deal);
    const [parent] = org.server.seed('Deal__c', [{ ExtId__c: 'parent' }]);
    org.server.seed('Deal__c', [{ ExtId__c: 'child', Parent__c: parent }]);
    const { send } = await org.open({ object: 'Deal__c', fields: [field('Text__c')] });
    const removal = { kind: 'delete', change: 'removed' } as const;
    const [outcome] = await send([['parent', null]], removal);
    if (outcome?.kind !== 'rejected') throw new Error(`It was ${outcome?.kind}.`);
    expect(outcome.failure).toMatchObject({ kind: 'REJECTED', vendorCode: 'DELETE_FAILED' });
    expect(outcome.failure.detail).toContain('associated with the following');
    expect(adviceFor(outcome.failure)).toBeTruthy();
    expect(await send([['child', null], ['parent', null]], removal)).toMatchObject([
      { kind: 'accepted' },
      { kind: 'accepted' },
    ]); // prettier-ignore
  });

  it('of everything: API_DISABLED_FOR_ORG', async () => {
    const { destination } = await connectedOrg({ moods: { isApiDisabled: true } });
    for (const work of [destination.check(never), openObject(destination, {})]) {
      const failure = (await work.catch((error: unknown) => error)) as Failure;
      expect(failure).toMatchObject({
        kind: 'CONFIG',
        code: 'destination.forbidden',
        vendorCode: 'API_DISABLED_FOR_ORG',
      });
      expect(adviceFor(failure)).toBeTruthy();
    }
  });
});

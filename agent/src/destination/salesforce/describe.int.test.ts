import { describe, expect, it } from 'vitest';
import type { TargetRequest } from '../../connector/destination.js';
import { openHttpReceiver } from '../../testing/http-receiver.js';
import type { Received } from '../../testing/http-receiver.js';
import { makeCredentials } from '../../testing/salesforce/server.js';
import { connect, connectedOrg, field, never, openObject } from '../../testing/salesforce-org.js';

/** What opening comes to. */
async function opening(change: Partial<TargetRequest>): Promise<unknown> {
  const { server, open } = await connectedOrg();
  server.addObject({
    name: 'Strict__c',
    fields: [
      { name: 'Code__c', type: 'string', externalId: true },
      { name: 'Must__c', type: 'string', required: true },
      { name: 'Formula__c', type: 'string', createable: false, updateable: false },
      { name: 'Once__c', type: 'string', updateable: false },
      { name: 'Flag__c', type: 'boolean' },
      { name: 'State__c', type: 'multipicklist', picklist: ['new', 'gone'], restricted: true },
    ],
  });
  return open(change).catch((error: unknown) => error);
}

const strict = { object: 'Strict__c', key: [field('Code__c')], fields: [field('Must__c')] };

describe('an object is looked at before a row is read', () => {
  it.each<[string, Partial<TargetRequest>, Record<string, unknown>]>([
    ['an object', { object: 'Nothing__c' }, { code: 'destination.object_missing', detail: 'Nothing__c' }],
    ['what is no name', { object: '../limits' }, { code: 'destination.object_missing' }],
    ['a field', { fields: [field('LastName'), field('Nope__c')] }, { code: 'destination.field_missing', detail: 'Contact.Nope__c' }],
    ['a field in other letters', { fields: [field('lastname')] }, { code: 'destination.field_missing', detail: 'Contact.lastname; there is LastName' }],
    ['a relationship', { fields: [field('LastName'), field('Nope__r.Code__c')] }, { code: 'destination.field_missing' }],
    ['a field that finds the related record', { fields: [field('LastName'), field('Account.Website')] }, { code: 'destination.not_external_id', detail: 'Account.Website' }],
    ['a key that finds a record', { key: [field('Email')] }, { code: 'destination.not_external_id', detail: 'Email' }],
    ['one key', { key: [field('ExtId__c'), field('Email')] }, { code: 'destination.key_composite' }],
    ['any key', { key: [] }, { code: 'destination.key_missing' }],
    ['a key that is not given by Salesforce', { key: [field('Id')] }, { code: 'destination.key_given' }],
    ['a unique key', { ...strict, mode: 'create', removal: 'nothing' }, { code: 'destination.key_not_unique' }],
    ['a required field', { ...strict, fields: [field('Once__c')] }, { code: 'destination.required_field_missing', detail: 'Must__c' }],
    ['a field that can be written', { ...strict, fields: [field('Must__c'), field('Formula__c')] }, { code: 'destination.field_read_only', detail: 'Formula__c' }],
    ['a field that can be changed', { ...strict, fields: [field('Must__c'), field('Once__c')] }, { code: 'destination.field_read_only', detail: 'Once__c' }],
    ['a field that can be cleared', { ...strict, removal: 'clear' }, { code: 'destination.clear_impossible', detail: 'Must__c' }],
    ['a way to archive', { ...strict, removal: 'archive' }, { code: 'destination.archive_missing' }],
    ['what an archived record has', { ...strict, removal: 'archive', options: { archive: { field: 'Must__c' } } }, { code: 'destination.archive_value_missing' }],
    ['a constant', { ...strict, removal: 'set' }, { code: 'destination.set_missing' }],
    ['a constant that its picklist has', { ...strict, removal: 'set', set: [{ name: 'State__c', type: 'json', text: '["gone","away"]' }] }, { code: 'destination.picklist_value_missing', detail: 'State__c: new, gone' }],
    ['jobs that can do it', { options: { api: 'bulk', duplicates: 'save' } }, { code: 'destination.bulk_unfit' }],
    ['options that there are', { options: { paralel: 2 } }, { code: 'settings.invalid' }],
  ])('and misses %s', async (_, change, failure) => {
    expect(await opening(change)).toMatchObject({ kind: 'CONFIG', ...failure });
  }); // prettier-ignore

  it('and has all it needs', async () => {
    const set = [{ name: 'State__c', type: 'json', text: '["gone","new"]' }] as const;
    expect(await opening({ ...strict, removal: 'set', set })).toHaveProperty('target');
    expect(await opening({ ...strict, mode: 'update', fields: [field('Flag__c', 'boolean')] })).toHaveProperty('target'); // prettier-ignore
    expect(await opening({ ...strict, mode: 'create', removal: 'nothing', key: [] })).toHaveProperty('target'); // prettier-ignore
  });
});

describe('what is there', () => {
  it('is listed: objects, then their fields', async () => {
    const { destination } = await connectedOrg();
    expect(await destination.list?.([], never)).toEqual([
      { name: 'Account', label: 'Account', kind: 'object' },
      { name: 'Contact', label: 'Contact', kind: 'object' },
    ]);
    const fields = (await destination.list?.(['Contact'], never)) ?? [];
    const told = (name: string): unknown => fields.find((each) => each.name === name);
    expect(told('LastName')).toEqual({ name: 'LastName', label: 'Last Name', kind: 'field', type: 'string', isRequired: true, isKey: false }); // prettier-ignore
    expect(told('ExtId__c')).toMatchObject({ isKey: true, isRequired: false });
    expect(told('Id')).toMatchObject({ isKey: true, isRequired: false });
    expect(told('CreatedDate')).toBeUndefined();
    for (const path of [['Nothing__c'], ['Contact', 'LastName']])
      await expect(destination.list?.(path, never)).rejects.toMatchObject({
        kind: 'CONFIG',
        code: 'listing.missing',
      });
  });
});

describe('a relationship that leads to several objects', () => {
  /** An org whose cases belong to users or queues; the test double has no such references. */
  const answer = ({ url }: Received, host: string): { status: number; body: string } => {
    const described = (name: string, fields: object[]): { status: number; body: string } => ({
      status: 200,
      body: JSON.stringify({ name, createable: true, updateable: true, deletable: true, fields }),
    });
    const open = { createable: true, updateable: true, nillable: true, referenceTo: [] };
    const code = { ...open, name: 'Code__c', type: 'string', externalId: true, length: 80 };
    if (url.endsWith('/token')) {
      const session = { access_token: 'token', instance_url: host };
      return { status: 200, body: JSON.stringify(session) };
    }
    if (url.includes('/User/')) return described('User', [code]);
    if (url.includes('/composite/')) return { status: 200, body: '[{"success":true,"errors":[]}]' };
    const owner = { ...open, name: 'OwnerId', type: 'reference', relationshipName: 'Owner' };
    return described('Case', [code, { ...owner, referenceTo: ['Group', 'User'] }]);
  };

  it('wants the one that is meant', async () => {
    const receiver = await openHttpReceiver((request) => answer(request, receiver.url));
    const server = { url: receiver.url, credentials: makeCredentials() } as never;
    const destination = connect(server);
    try {
      const request = { object: 'Case', key: [field('Code__c')] };
      await expect(
        openObject(destination, { ...request, fields: [field('Owner.Code__c')] }),
      ).rejects.toMatchObject({
        code: 'destination.relationship_vague',
        detail: 'Owner.Code__c: Group, User',
      });
      const { send } = await openObject(destination, {
        ...request,
        fields: [field('User:Owner.Code__c')],
      });
      expect(await send([['1', 'ada']])).toEqual([{ kind: 'accepted' }]);
      expect(JSON.parse(receiver.received.at(-1)?.body ?? '')).toEqual({
        allOrNone: false,
        records: [
          {
            attributes: { type: 'Case' },
            Code__c: '1',
            Owner: { attributes: { type: 'User' }, Code__c: 'ada' },
          },
        ],
      });
    } finally {
      await destination.close();
      await receiver.close();
    }
  });
});

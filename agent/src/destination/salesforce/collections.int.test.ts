import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../connector/destination.js';
import { connectedOrg, field, never } from '../../testing/salesforce-org.js';
import { limitExceeded, unavailable } from '../../testing/salesforce/moods.js';

const kinds = (outcomes: readonly Outcome[]): string[] => outcomes.map(({ kind }) => kind);

describe('rows by sObject Collections', () => {
  it('are written by the types of their fields, and by relationships', async () => {
    const { server, open } = await connectedOrg();
    const [acme] = server.seed('Account', [{ Name: 'Acme', ExtId__c: 'acme' }]);
    const { send } = await open({
      fields: [
        field('LastName'),
        field('Score__c', 'decimal'),
        field('Topics__c', 'json'),
        field('LastSeen__c', 'timestamptz'),
        field('Birthdate', 'timestamp'),
        field('DoNotCall', 'integer'),
        field('Account.ExtId__c'),
      ],
    });
    const row = ['1', "O'Neil", '1234567890.1234', '["news","events"]', '2026-11-25 10:00:00.123456+00', '1999-12-31 00:00:00', '1', 'acme']; // prettier-ignore
    const lost = ['2', 'Lost', null, null, null, null, '0', 'nobody'];
    expect(kinds(await send([row, lost]))).toEqual(['accepted', 'rejected']);
    expect(server.records('Contact')).toMatchObject([
      {
        ExtId__c: '1',
        LastName: "O'Neil",
        Score__c: 1234567890.1234,
        Topics__c: 'news;events',
        Birthdate: '1999-12-31',
        DoNotCall: true,
        AccountId: acme,
      },
    ]);
    expect(String(server.records('Contact')[0]?.['LastSeen__c'])).toContain(
      '2026-11-25T10:00:00.123',
    );
    await send([['1', 'Neil', null, null, null, null, 'f', null]], { change: 'changed' });
    expect(server.records('Contact')).toMatchObject([
      { Topics__c: null, LastSeen__c: null, AccountId: null, LastName: 'Neil' },
    ]);
  });

  it('are told apart: each refused one with Salesforce’s own code', async () => {
    const { open } = await connectedOrg();
    const { send } = await open({ fields: [field('LastName'), field('Email'), field('Tier__c')] });
    const outcomes = await send([
      ['1', 'Right', 'a@example.com', 'gold'],
      ['2', null, null, null],
      ['3', 'x'.repeat(81), null, null],
      ['4', 'Wrong', 'secret-4711', null],
      ['5', 'Wrong', null, 'secret-4711'],
    ]);
    expect(
      outcomes.map((each) => ('failure' in each ? each.failure.vendorCode : each.kind)),
    ).toEqual([
      'accepted',
      'REQUIRED_FIELD_MISSING',
      'STRING_TOO_LONG',
      'INVALID_EMAIL_ADDRESS',
      'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST',
    ]);
    const messages = outcomes.map((each) => ('failure' in each ? each.failure.message : ''));
    expect(messages.join()).not.toContain('4711');
  });

  it('are shortened where the sync says so', async () => {
    const { server, open } = await connectedOrg();
    const { send } = await open({ fields: [field('LastName')], options: { truncate: true } });
    expect(kinds(await send([['1', 'x'.repeat(81)]]))).toEqual(['accepted']);
    expect(server.records('Contact')[0]?.['LastName']).toBe('x'.repeat(80));
  });

  it('leave out a row whose value would become two, and write the others', async () => {
    const { server, open } = await connectedOrg();
    const { send } = await open({ fields: [field('LastName'), field('Topics__c', 'json')] });
    const outcomes = await send([
      ['1', 'A', '["news;offers"]'],
      ['2', 'B', '["news"]'],
    ]);
    expect(outcomes).toMatchObject([
      { kind: 'rejected', failure: { kind: 'REJECTED', code: 'destination.bad_value' } },
      { kind: 'accepted' },
    ]);
    expect(server.count('Contact')).toBe(1);
  });

  it('are updated by Id, and skipped where there is none', async () => {
    const { server, open } = await connectedOrg();
    const [there = '', gone = ''] = server.seed('Contact', [{ LastName: 'A' }, { LastName: 'B' }]);
    const options = { mode: 'update', removal: 'delete', key: [field('Id')] } as const;
    const { send } = await open(options);
    await send([[gone, null, null]], { kind: 'delete', change: 'removed' });
    const rows = [
      [there, 'Changed', '1.5'],
      [gone, 'Late', null],
      ['003000000000000', 'Nobody', null],
      ['nonsense', 'Nobody', null],
    ];
    const outcomes = await send(rows, { kind: 'update', change: 'changed' });
    expect(kinds(outcomes)).toEqual(['accepted', 'skipped', 'skipped', 'rejected']);
    expect(server.records('Contact')).toMatchObject([{ LastName: 'Changed', Score__c: 1.5 }]);
  });

  it('remove no other record than theirs, whatever their key says', async () => {
    const { server, open } = await connectedOrg();
    const [mine = '', other = ''] = server.seed('Contact', [{ LastName: 'A' }, { LastName: 'B' }]);
    const { send } = await open({ mode: 'update', key: [field('Id')] });
    const rows = [[`${mine},${other}`, null, null], [`${mine}&allOrNone=true`, null, null]];
    const outcomes = await send(rows, { kind: 'delete', change: 'removed' });
    expect(outcomes).toMatchObject(Array.from({ length: 2 }, () => ({
      kind: 'rejected',
      failure: { kind: 'REJECTED', vendorCode: 'MALFORMED_ID' },
    })));
    expect(server.count('Contact')).toBe(2);
  }); // prettier-ignore

  it('that leave are archived, and come back', async () => {
    const { server, open } = await connectedOrg();
    const options = { archive: { field: 'Archived__c' } };
    const { send } = await open({ removal: 'archive', options });
    await send([['1', 'A', '7']]);
    const removed = { kind: 'archive', change: 'removed' } as const;
    expect(kinds(await send([['1', null, null], ['never', null, null]], removed))).toEqual(['accepted', 'accepted']); // prettier-ignore
    expect(server.records('Contact')).toMatchObject([{ Archived__c: true, Score__c: 7 }]);
    await send([['1', 'A', '7']]);
    expect(server.records('Contact')).toMatchObject([{ Archived__c: false }]);
    expect(server.count('Contact')).toBe(1);
  });

  it('of several records with one key are not guessed', async () => {
    const { server, open } = await connectedOrg();
    const [first] = server.seed('Account', [{ Name: 'Twin' }, { Name: 'Twin' }]);
    server.addObject({ name: 'Twin__c', fields: [{ name: 'Code__c', type: 'string', externalId: true }, { name: 'Text__c', type: 'string' }] }); // prettier-ignore
    server.seed('Twin__c', [{ Code__c: 'a' }, { Code__c: 'A' }, { Code__c: 'b' }]);
    expect(first).toBeDefined();
    const { send } = await open({ object: 'Twin__c', mode: 'update', removal: 'nothing', key: [field('Code__c')], fields: [field('Text__c')] }); // prettier-ignore
    const outcomes = await send([['a', 'x'], ['B', 'y'], ['c', 'z']], { kind: 'update', change: 'changed' }); // prettier-ignore
    expect(outcomes).toMatchObject([
      { kind: 'rejected', failure: { code: 'destination.several_records' } },
      { kind: 'accepted' },
      { kind: 'skipped' },
    ]);
  });
});

describe('a session', () => {
  it('that is over in the middle of a run is renewed, and nothing is written twice', async () => {
    const { server, open } = await connectedOrg();
    const { send } = await open({ mode: 'create', removal: 'nothing', key: [], fields: [field('LastName')] }); // prettier-ignore
    await send([['A']], { kind: 'create' });
    server.endSessions();
    const both = await Promise.all([send([['B']], { kind: 'create' }), send([['C']], { kind: 'create' })]);
    expect(both.flat()).toEqual([{ kind: 'accepted' }, { kind: 'accepted' }]);
    expect(server.records('Contact').map((each) => each['LastName']).toSorted()).toEqual(['A', 'B', 'C']);
    expect(server.requests.filter(({ url }) => url.endsWith('/token')).length).toBe(2);
  }); // prettier-ignore

  it('that Salesforce ends again and again is not renewed for ever', async () => {
    const { server, open } = await connectedOrg();
    const { send } = await open({});
    server.trouble({ kind: 'expire' }, { like: /composite/, times: 2 });
    const failure = await send([['1', 'A', null]]).catch((error: unknown) => error);
    expect(failure).toMatchObject({
      kind: 'CONFIG',
      code: 'destination.auth_failed',
      vendorCode: 'INVALID_SESSION_ID',
    });
    expect(await send([['1', 'A', null]])).toEqual([{ kind: 'accepted' }]);
  });

  it('leaves no token and no secret in a failure', async () => {
    const { server, open } = await connectedOrg();
    const { send } = await open({});
    server.trouble(unavailable, { like: /composite/ });
    const failure = (await send([['1', 'A', null]]).catch((error: unknown) => error)) as {
      message: string;
      detail: string;
    };
    expect(failure).toMatchObject({ kind: 'TRANSIENT', code: 'destination.busy' });
    const bearer = String(server.requests.at(-1)?.headers.authorization).slice(7);
    expect(bearer.length).toBeGreaterThan(20);
    expect(`${failure.message} ${failure.detail}`).not.toContain(bearer);
  });
});

describe('what Salesforce limits', () => {
  it('is heeded: a run ends before it takes more than its share of calls', async () => {
    const { server, open } = await connectedOrg({
      settings: { maxDailyApiPercent: 50 },
      moods: { dailyRequests: 10 },
    });
    const { send } = await open({});
    const sent: unknown[] = [];
    for (let n = 0; n < 10; n += 1)
      sent.push(await send([[String(n), 'A', null]]).catch((error: unknown) => error));
    expect(server.usage()).toBe(5);
    expect(sent.at(-1)).toMatchObject({
      kind: 'TRANSIENT',
      code: 'destination.quota_spent',
      retryAfterMs: 3_600_000,
    });
    expect(server.count('Contact')).toBe(4);
  });

  it.each([
    [limitExceeded, 'destination.quota_exceeded', 3_600_000],
    [{ ...limitExceeded, message: 'ConcurrentRequests Limit exceeded.' }, 'destination.busy', 0],
    [unavailable, 'destination.busy', 0],
  ])('is told by who must wait, and how long', async (trouble, code, retryAfterMs) => {
    const { server, open } = await connectedOrg();
    const { send } = await open({});
    server.trouble(trouble, { like: /composite/ });
    await expect(send([['1', 'A', null]])).rejects.toMatchObject({
      kind: 'TRANSIENT',
      code,
      retryAfterMs,
    });
    expect(server.count('Contact')).toBe(0);
  });

  it('by locks is tried again alone, with nothing else under way', async () => {
    const { server, open } = await connectedOrg();
    const seen: number[] = [];
    server.moods.isLocked = ({ fields, lockedBefore, underWay }) => {
      if (fields['ExtId__c'] !== 'locked') return false;
      if (lockedBefore > 0) seen.push(underWay);
      return lockedBefore === 0;
    };
    const { send } = await open({});
    const outcomes = await send([
      ['1', 'A', null],
      ['locked', 'B', null],
    ]);
    expect(outcomes).toMatchObject([
      { kind: 'accepted' },
      { kind: 'rejected', failure: { kind: 'TRANSIENT', vendorCode: 'UNABLE_TO_LOCK_ROW' } },
    ]);
    const others = Array.from({ length: 8 }, (_, n) => send([[`o${n}`, 'C', null]], { from: 100 + n })); // prettier-ignore
    const again = send([['locked', 'B', null]], { from: 1 });
    const late = send([['late', 'D', null]], { from: 200 });
    expect((await Promise.all([...others, again, late])).flat().every(({ kind }) => kind === 'accepted')).toBe(true); // prettier-ignore
    expect(seen).toEqual([1]);
  });

  it('by duplicate rules that alert is passed by where the sync says so', async () => {
    const { server, open } = await connectedOrg();
    server.addObject({
      name: 'Lead__c',
      fields: [
        { name: 'Code__c', type: 'string', externalId: true, unique: true },
        { name: 'Mail__c', type: 'string' },
      ],
      duplicateRule: { fields: ['Mail__c'], allowSave: true },
    });
    const lead = { object: 'Lead__c', key: [field('Code__c')], fields: [field('Mail__c')] };
    const rows = [
      ['1', 'a@b.c'],
      ['2', 'a@b.c'],
    ];
    const obeying = await open(lead);
    expect(await obeying.send(rows)).toMatchObject([
      { kind: 'accepted' },
      { kind: 'rejected', failure: { vendorCode: 'DUPLICATES_DETECTED' } },
    ]);
    const saving = await open({ ...lead, options: { duplicates: 'save' } });
    expect(kinds(await saving.send(rows))).toEqual(['accepted', 'accepted']);
    expect(await saving.target.begin?.({ added: 9_999, changed: 0, removed: 0 }, never)).toBe(saving.target); // prettier-ignore
  });
});

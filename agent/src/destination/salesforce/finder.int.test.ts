import { describe, expect, it } from 'vitest';
import type { Finder, FinderRequest, Found } from '../../connector/destination.js';
import { linesOf } from '../../connector/lines.js';
import { makeMatchBatch } from '../../connector/match-batch.js';
import { connectedOrg, field, never } from '../../testing/salesforce-org.js';
import type { ConnectedOrg } from '../../testing/salesforce-org.js';

const request: FinderRequest = {
  object: 'Contact',
  match: [field('Email')],
  returns: 'Id',
  creates: false,
  options: {},
  tag: { workspaceId: 'w', syncId: 's', runId: 'r' },
  lastCheck: () => undefined,
};

async function openFinder(
  { destination }: ConnectedOrg,
  change: Partial<FinderRequest>,
): Promise<{ finder: Finder; ask(lines: string[][], how?: 'find' | 'create'): Promise<Found[]> }> {
  const wish = { ...request, ...change };
  const finder = await destination.openFinder!(wish, never);
  return {
    finder,
    ask: (lines, how = 'find') =>
      finder[how](makeMatchBatch(wish.match, linesOf(lines), lines.length), never),
  };
}

describe('records are found by queries', () => {
  it('by texts as Salesforce compares them, whatever is in them', async () => {
    const org = await connectedOrg();
    const names = ["O'Neil\\", 'a\nb\tc', 'x" OR Id != \'', '100%_', 'ż🙂'];
    const ids = org.server.seed('Contact', names.map((LastName) => ({ LastName })));
    const { ask } = await openFinder(org, { match: [field('LastName')] });
    const found = await ask([...names, 'nobody', 'Ż🙂'].map((name) => [name]));
    expect(found).toEqual([
      ...ids.map((text) => ({ kind: 'found', text })),
      { kind: 'missing' },
      { kind: 'found', text: ids[4] },
    ]);
  }); // prettier-ignore

  it('by several fields of any type', async () => {
    const org = await connectedOrg();
    org.server.seed('Contact', [
      { LastName: 'A', Score__c: 1.5, DoNotCall: true, Birthdate: '2000-01-01', ExtId__c: '1' },
      { LastName: 'A', Score__c: 2, DoNotCall: true, Birthdate: '2000-01-01', ExtId__c: '2' },
    ]);
    const match = [
      field('LastName'),
      field('Score__c', 'decimal'),
      field('DoNotCall', 'boolean'),
      field('Birthdate', 'date'),
    ];
    const { ask } = await openFinder(org, { match, returns: 'ExtId__c' });
    const lines = [
      ['A', '1.50', 't', '2000-01-01'],
      ['A', '2', 't', '2000-01-01'],
      ['A', '2', 'f', '2000-01-01'],
      ['A', 'NaN', 't', '2000-01-01'],
    ];
    expect(await ask(lines)).toEqual([
      { kind: 'found', text: '1' },
      { kind: 'found', text: '2' },
      { kind: 'missing' },
      { kind: 'missing' },
    ]);
  });

  it('hundreds at a time, in queries that fit a URL', async () => {
    const org = await connectedOrg();
    const mails = Array.from({ length: 200 }, (_, n) => `${'x'.repeat(50)}${n}@example.com`);
    const ids = org.server.seed('Contact', mails.map((Email) => ({ LastName: 'A', Email })));
    const { ask } = await openFinder(org, {});
    expect(await ask(mails.map((mail) => [mail]))).toEqual(ids.map((text) => ({ kind: 'found', text }))); // prettier-ignore
    const queries = org.server.requests.filter(({ url }) => url.includes('/query'));
    expect(queries.length).toBeGreaterThan(1);
    expect(queries.length).toBeLessThan(6);
  }); // prettier-ignore

  it('also where one value has thousands of records, and another comes late', async () => {
    const org = await connectedOrg();
    const many = Array.from({ length: 2_500 }, () => ({ LastName: 'Many' }));
    org.server.seed('Contact', many);
    const [one] = org.server.seed('Contact', [{ LastName: 'One' }]);
    const { ask } = await openFinder(org, { match: [field('LastName')] });
    expect(await ask([['Many'], ['One'], ['None']])).toEqual([
      { kind: 'many' },
      { kind: 'found', text: one },
      { kind: 'missing' },
    ]);
    expect(org.server.requests.filter(({ url }) => url.includes('/query')).length).toBeLessThan(5);
  });

  it('and give back values as they are compared with', async () => {
    const org = await connectedOrg();
    org.server.seed('Contact', [{ LastName: 'A', Email: 'a@b.cc', Score__c: 1.25, DoNotCall: true, LastSeen__c: '2026-11-25T10:00:00Z' }]); // prettier-ignore
    const told = async (returns: string): Promise<unknown> => {
      const { finder, ask } = await openFinder(org, { returns });
      return [finder.type, ...(await ask([['a@b.cc']]))];
    };
    expect(await told('Score__c')).toEqual(['decimal', { kind: 'found', text: '1.25' }]);
    expect(await told('DoNotCall')).toEqual(['boolean', { kind: 'found', text: 't' }]);
    expect(await told('LastSeen__c')).toEqual(['timestamptz', { kind: 'found', text: '2026-11-25 10:00:00+00' }]); // prettier-ignore
    expect(await told('Phone')).toEqual(['text', { kind: 'found', text: null }]);
  });

  it('are made by an external id alone', async () => {
    const org = await connectedOrg();
    org.server.addObject({
      name: 'Tag__c',
      fields: [{ name: 'Code__c', type: 'string', externalId: true, unique: true, length: 5 }],
    });
    const { ask } = await openFinder(org, { object: 'Tag__c', match: [field('Code__c')], creates: true }); // prettier-ignore
    const made = await ask([['one'], ['far too long'], ['two']], 'create');
    const ids = org.server.records('Tag__c').map((each) => each['Id']);
    expect(made).toMatchObject([
      { kind: 'found', text: ids[0] },
      { kind: 'rejected', failure: { vendorCode: 'STRING_TOO_LONG' } },
      { kind: 'found', text: ids[1] },
    ]);
    expect(await ask([['one']], 'create')).toEqual([{ kind: 'found', text: ids[0] }]);
    org.server.moods.isLocked = ({ lockedBefore }) => lockedBefore === 0;
    await expect(ask([['one']], 'create')).rejects.toMatchObject({
      kind: 'TRANSIENT',
      vendorCode: 'UNABLE_TO_LOCK_ROW',
    });
    expect(await ask([['one']], 'create')).toEqual([{ kind: 'found', text: ids[0] }]);
  });

  it.each<[Partial<FinderRequest>, string]>([
    [{ creates: true }, 'destination.match_no_external_id'],
    [{ match: [field('Notes__c')] }, 'destination.not_filterable'],
    [{ match: [field('Nope__c')] }, 'destination.field_missing'],
    [{ returns: 'Nope__c' }, 'destination.field_missing'],
    [{ object: 'Nope__c' }, 'destination.object_missing'],
  ])('or the lookup is refused before it asks: %j', async (change, code) => {
    const org = await connectedOrg();
    await expect(openFinder(org, change)).rejects.toMatchObject({ kind: 'CONFIG', code });
  });
});

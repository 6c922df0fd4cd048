import type { ObjectSetting } from '../salesforce/schema.js';
import type { FieldMapping } from '../../sync/sync-request.js';
import { column } from '../engine.js';

/** Parents that the contacts refer to by their external id. */
export const accounts = 1_000;

export const contactObject = (name: string): ObjectSetting => ({
  name,
  fields: [
    { name: 'ExtId__c', type: 'string', length: 40, externalId: true, unique: true },
    { name: 'LastName', type: 'string', length: 80, required: true },
    { name: 'FirstName', type: 'string', length: 40 },
    { name: 'Email', type: 'email', length: 80 },
    { name: 'Tier__c', type: 'picklist', picklist: ['silver', 'gold'], restricted: true },
    { name: 'Score__c', type: 'double', precision: 18, scale: 2 },
    { name: 'LastSeen__c', type: 'datetime' },
    {
      name: 'AccountId',
      type: 'reference',
      referenceTo: 'Account',
      relationshipName: 'Account',
    },
  ],
  validationRules: [
    {
      message: 'A score is not below zero.',
      field: 'Score__c',
      isBroken: (record) => Number(record['Score__c']) < 0,
    },
  ],
});

export const accountObject: ObjectSetting = {
  name: 'Account',
  fields: [
    { name: 'Name', type: 'string', required: true },
    { name: 'ExtId__c', type: 'string', externalId: true, unique: true },
  ],
};

export const fields: readonly FieldMapping[] = [
  ['LastName', 'last_name'],
  ['FirstName', 'first_name'],
  ['Email', 'email'],
  ['Tier__c', 'tier'],
  ['Score__c', 'score'],
  ['LastSeen__c', 'seen_at'],
  ['Account.ExtId__c', 'account'],
].map(([field = '', name = '']) => ({ ...column(name), field }));

/** Every way in which a row is bad, with what Salesforce says of it, and how the table comes to hold it. */
const badness = [
  { code: 'FIELD_CUSTOM_VALIDATION_EXCEPTION', column: 'score', bad: '-1' },
  { code: 'INVALID_EMAIL_ADDRESS', column: 'email', bad: `'nobody'` },
  { code: 'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST', column: 'tier', bad: `'tin'` },
  { code: 'REQUIRED_FIELD_MISSING', column: 'last_name', bad: 'null' },
  { code: 'INVALID_FIELD', column: 'account', bad: `'nobody'` },
];

const good: Record<string, string> = {
  score: 'id / 8.0',
  email: `'person' || id || '@example.com'`,
  tier: `case when id % 3 = 0 then 'gold' else 'silver' end`,
  last_name: `'Last ' || id`,
  account: `'account-' || id % ${accounts}`,
};

/** One row in a hundred is bad. */
export function tableSql(rows: number): string {
  const columns = badness.map(
    ({ column: name, bad }, n) =>
      `case when id % 100 = 7 and id / 100 % ${badness.length} = ${n} then ${bad} else ${good[name]} end as ${name}`,
  );
  return `create table contact as select id, ${columns.join(', ')}, 'First' as first_name,
    timestamptz '2026-01-02 03:04:05Z' + id * interval '1 second' as seen_at
    from generate_series(1, ${rows}) as id`;
}

/** The first good rows change; one in a hundred of them becomes a bad one. */
export function changeSql(rows: number): string {
  const columns = badness.map(
    ({ column: name, bad }, n) =>
      `${name} = case when id % 100 = 50 and id / 100 % ${badness.length} = ${n} then ${bad} else ${name} end`,
  );
  return `update contact set first_name = 'Changed', ${columns.join(', ')}
    where id in (select id from contact where id % 100 <> 7 order by id limit ${rows})`;
}

/** How many rows there are of each code, where a row is bad if its number ends so. */
export function refusals(ids: Iterable<number>, ending: number): Map<string, number> {
  const counts = new Map<string, number>();
  for (const id of ids) {
    if (id % 100 !== ending) continue;
    const { code } = badness[Math.floor(id / 100) % badness.length]!;
    counts.set(code, (counts.get(code) ?? 0) + 1);
  }
  return counts;
}

/** One good row in a thousand is locked when it is first tried. */
export const isLockedAtFirst = (id: number): boolean => id % 1000 === 11;

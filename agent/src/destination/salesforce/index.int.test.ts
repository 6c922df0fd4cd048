import { makeCredentials, openSalesforceServer } from '../../testing/salesforce/server.js';
import type { ObjectSetting } from '../../testing/salesforce/schema.js';
import { destinationContract } from '../../testing/destination-contract.js';
import type { ContractRecord } from '../../testing/destination-contract.js';
import salesforce from './index.js';

destinationContract(salesforce, async () => {
  const server = await openSalesforceServer({ objects: [] });
  const { clientId, username, privateKey } = server.credentials;
  let objects = 0;
  const key = ({ region, id }: ContractRecord): string => `${region} ${id}`;
  return {
    settings: { loginUrl: server.url, clientId, username },
    secrets: { privateKey },
    absent: { loginUrl: 'http://127.0.0.1:1', clientId, username },
    wrongSecrets: { privateKey: makeCredentials().privateKey },
    form: {
      key: 'Key__c',
      region: 'Region__c',
      id: 'Number__c',
      name: 'Label__c',
      score: 'Score__c',
    },
    makeObject: async (_, { removal }) => {
      const name = `Record${++objects}__c`;
      server.addObject(objectNamed(name));
      const archive = { field: 'Archived__c' };
      return { name, options: removal === 'archive' ? { archive } : {} };
    },
    seed: async (object, records) => {
      server.seed(
        object,
        records.map((each) => ({
          Key__c: key(each),
          Region__c: each.region,
          Number__c: Number(each.id),
          Label__c: each.name,
          Score__c: each.score === null ? null : Number(each.score),
        })),
      );
    },
    records: async (object) => server.records(object).map(recordOf).toSorted(byKey),
    cut: async (_, when) => server.trouble({ kind: 'cut', when }, { like: /composite|query/ }),
    hold: async () => {
      const { held, release } = server.hold(/composite|query/);
      return { held, release: async () => release() };
    },
    close: () => server.close(),
  };
});

const objectNamed = (name: string): ObjectSetting => ({
  name,
  fields: [
    { name: 'Key__c', type: 'string', externalId: true, unique: true, caseSensitive: true },
    { name: 'Region__c', type: 'string' },
    { name: 'Number__c', type: 'int' },
    { name: 'Label__c', type: 'textarea' },
    { name: 'Score__c', type: 'double' },
    { name: 'Archived__c', type: 'boolean' },
  ],
  validationRules: [
    {
      message: 'A score can not be negative',
      field: 'Score__c',
      isBroken: (record) => Number(record['Score__c'] ?? 0) < 0,
    },
  ],
});

function recordOf(record: Readonly<Record<string, unknown>>): ContractRecord {
  const [region = '', id = ''] = String(record['Key__c']).split(' ');
  const text = (value: unknown): string | null => (value === null ? null : String(value));
  return { region, id, name: text(record['Label__c']), score: text(record['Score__c']) };
}

const byKey = (a: ContractRecord, b: ContractRecord): number =>
  `${a.region} ${a.id}` < `${b.region} ${b.id}` ? -1 : 1;

import type { RawSettings } from '../../connector/settings.js';
import { openSalesforceServer } from '../salesforce/server.js';
import type { SalesforceServer } from '../salesforce/server.js';
import type { Connection } from './driver-job.js';

/** An org whose records tell how often each row was created: their ids are no key. */
export interface Crm {
  server: SalesforceServer;
  connection: Connection;
  /** What is there, in the order in which it came. */
  records(): CrmRecord[];
  /** Forgets everything but these. */
  putBack(records: readonly CrmRecord[]): void;
  close(): Promise<void>;
}

export type CrmRecord = Record<string, unknown>;

const person = {
  name: 'Person__c',
  fields: [
    { name: 'PersonId__c', type: 'double', precision: 18 },
    { name: 'Name__c', type: 'string' },
    { name: 'Team__c', type: 'double', precision: 18 },
  ],
} as const;

export async function openCrm(): Promise<Crm> {
  const server = await openSalesforceServer({ objects: [person] });
  const { clientId, clientSecret } = server.credentials;
  const settings: RawSettings = {
    loginUrl: server.url,
    signIn: 'clientCredentials',
    clientId,
    maxDailyApiPercent: 100,
  };
  return {
    server,
    connection: { settings, secrets: { clientSecret } },
    records: () => server.records(person.name),
    putBack: (records) => {
      server.addObject(person);
      const values = records.map((record) =>
        Object.fromEntries(person.fields.map(({ name }) => [name, record[name]])),
      );
      if (values.length > 0) server.seed(person.name, values);
    },
    close: () => server.close(),
  };
}

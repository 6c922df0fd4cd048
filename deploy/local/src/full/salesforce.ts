import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openVendorServer, publicArgs } from '../demo/vendor-server.js';
import type { VendorServer } from '../demo/vendor-server.js';
import { citiesOf } from './arrival.js';
import type { Arrival, City } from './arrival.js';

interface Said {
  url: string;
  clientId: string;
  clientSecret: string;
  username: string;
  privateKey: string;
}

export interface Salesforce extends VendorServer<Said> {
  arrival: Arrival;
}

/** The custom object that the demo's org has. */
const objects = [
  {
    name: 'City__c',
    label: 'City',
    keyPrefix: 'a00',
    fields: [
      { name: 'Name', type: 'string', required: true },
      {
        name: 'City_Id__c',
        label: 'City id',
        type: 'string',
        length: 18,
        externalId: true,
        unique: true,
      },
      { name: 'Country__c', label: 'Country', type: 'string', length: 2 },
      { name: 'Population__c', label: 'Population', type: 'double', precision: 12, scale: 0 },
    ],
  },
];

/** The test double of Salesforce, which forgets everything when it ends. */
export async function openSalesforce(
  home: string,
  port: number,
  publicUrl?: string,
): Promise<Salesforce> {
  const file = join(home, 'salesforce-objects.json');
  await writeFile(file, JSON.stringify(objects));
  const server = await openVendorServer<Said>({
    name: 'Salesforce',
    script: 'salesforce/serve.js',
    args: ['--port', String(port), '--objects', file, ...publicArgs(publicUrl)],
    logFile: join(home, 'log/salesforce.log'),
  });
  const arrival: Arrival = {
    sync: 'cities-to-salesforce',
    what: 'Salesforce, object City__c',
    where: `${server.said.url}/services/data/v62.0/sobjects/City__c/describe`,
    cities: async () => citiesOf(await readCities(server.said)),
  };
  return { ...server, arrival };
}

interface Page {
  records: Record<string, unknown>[];
  nextRecordsUrl?: string;
}

const soql = 'SELECT City_Id__c, Name, Country__c, Population__c FROM City__c';

/** By its public API, signed in by another way than the agent. */
async function readCities({ url, clientId, clientSecret }: Said): Promise<City[]> {
  const signedIn = await fetch(`${url}/services/oauth2/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: clientId,
      client_secret: clientSecret,
    }),
  });
  const { access_token: token } = await answerOf<{ access_token: string }>(signedIn);
  const cities: City[] = [];
  let next: string | undefined = `/services/data/v62.0/query?q=${encodeURIComponent(soql)}`;
  while (next) {
    const page: Page = await answerOf(
      await fetch(url + next, { headers: { authorization: `Bearer ${token}` } }),
    );
    for (const record of page.records)
      cities.push({
        id: record['City_Id__c'],
        name: record['Name'],
        country: record['Country__c'],
        population: record['Population__c'],
      });
    next = page.nextRecordsUrl;
  }
  return cities;
}

async function answerOf<T>(response: Response): Promise<T> {
  const text = await response.text();
  if (!response.ok) throw new Error(`Salesforce answered ${response.status}: ${text}`);
  return JSON.parse(text) as T;
}

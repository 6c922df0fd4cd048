import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openVendorServer } from '../demo/vendor-server.js';

/** Vendors that refuse a row of canaries and quote it while they do, and what to configure for them. */
export interface CanaryVendors {
  agentEnv: Record<string, string>;
  /** YAML of `destinations`, and of `syncs` on the model `people`. */
  destinations: string;
  syncs: string;
  /** How a run of each of the syncs ends. */
  expected: Record<string, string>;
  close(): Promise<void>;
}

const key = { name: 'Key__c', type: 'string', length: 30, externalId: true, unique: true };
/** Of a canary the note is too long, and the token is no value of the picklist. */
const objects = [
  { name: 'Short__c', fields: [key, { name: 'Note__c', type: 'string', length: 10 }] },
  {
    name: 'Picked__c',
    fields: [{ name: 'Pick__c', type: 'picklist', picklist: ['plain'], restricted: true }],
  },
];

export async function openCanaryVendors(): Promise<CanaryVendors> {
  const directory = await mkdtemp(join(tmpdir(), 'drawbridge-canary-vendors-'));
  const file = join(directory, 'objects.json');
  await writeFile(file, JSON.stringify(objects));
  const salesforce = await openVendorServer<{
    url: string;
    clientId: string;
    clientSecret: string;
  }>({
    name: 'Salesforce',
    script: 'salesforce/serve.js',
    args: ['--objects', file],
    logFile: join(directory, 'salesforce.log'),
  });
  const slack = await openVendorServer<{ apiUrl: string; token: string }>({
    name: 'Slack',
    script: 'slack/serve.js',
    args: ['--channel', 'plain'],
    logFile: join(directory, 'slack.log'),
  });
  const { url, clientId, clientSecret } = salesforce.said;
  return {
    agentEnv: { CRM_SECRET: clientSecret, SLACK_TOKEN: slack.said.token },
    destinations: `  crm: { type: salesforce, pool: default, settings: { loginUrl: "${url}", signIn: clientCredentials, clientId: "${clientId}" }, secrets: { clientSecret: env:CRM_SECRET } }
  slack: { type: slack, pool: default, settings: { apiUrl: "${slack.said.apiUrl}" }, secrets: { token: env:SLACK_TOKEN } }
`,
    syncs: `  to-crm: { model: people, destination: crm, object: Short__c, mode: upsert, key: { Key__c: id }, fields: { Note__c: note }, options: { api: collections } }
  to-crm-by-jobs: { model: people, destination: crm, object: Picked__c, mode: create, fields: { Pick__c: token }, options: { api: bulk } }
  to-slack: { model: people, destination: slack, object: channel-of-row, mode: append, firstRun: send, key: { id: id }, fields: { channel: token, note: note }, options: { field: channel, added: { text: "{{ note }}" } } }
`,
    expected: {
      'to-crm': 'completed_with_errors',
      'to-crm-by-jobs': 'completed_with_errors',
      'to-slack': 'completed_with_errors',
    },
    close: async () => {
      await Promise.all([salesforce.close(), slack.close()]);
      await rm(directory, { recursive: true });
    },
  };
}

// Starts the test double of Salesforce alone: node agent/dist/testing/salesforce/serve.js --port 8700 [--objects FILE]
// FILE is a JSON array of objects as schema.ts has them. Tells in one line of JSON where it listens, and how to sign in.
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { standardObjects } from './objects.js';
import type { ObjectSetting } from './schema.js';
import { openSalesforceServer } from './server.js';

const { values: flags } = parseArgs({
  options: {
    port: { type: 'string', default: '0' },
    'public-url': { type: 'string' },
    objects: { type: 'string' },
  },
});
const objects = flags.objects
  ? (JSON.parse(readFileSync(flags.objects, 'utf8')) as ObjectSetting[])
  : standardObjects;
const publicUrl = flags['public-url'];
const server = await openSalesforceServer({
  objects,
  port: Number(flags.port),
  ...(publicUrl !== undefined && { publicUrl }),
});
console.log(JSON.stringify({ url: server.url, ...server.credentials }));
process.on('SIGTERM', () => void server.close());

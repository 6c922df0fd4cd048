// A test double of Salesforce's REST API, Bulk API 2.0 and sign-in, that truly listens. It keeps the records that it is
// sent, and is as strict as the documentation says: types, lengths, picklists, required and unique fields, references,
// states of jobs, limits of size and number, sessions.
//
// Covers: OAuth token endpoint (JWT bearer with RS256, client credentials, user name and password) and revocation; list
// of versions; describe, of all objects and of one; sObject Rows, also by external id; sObject Collections without
// allOrNone; queries (see soql.ts) with locators; Bulk API 2.0 ingest: insert, update, upsert, delete, with its results;
// /limits; Sforce-Limit-Info; duplicate rules and validation rules; triggers and flows that fail, records that the user may
// only read, references that keep a record from being deleted, an org that is full; gzip both ways.
// Does not cover: allOrNone, composite and batch requests, query jobs, multipart jobs, hardDelete, big objects, record
// types, owners and rules of sharing, what triggers and flows change, cascading deletes, queryAll, blobs, XML.
//
// Written from (read in November 2026): REST API Developer Guide (Status Codes and Error Responses; sObject Collections
// create, update, upsert, delete; sObject Rows by External ID; Limit Info Header; Duplicate Rule Header; Query Options
// Header), Bulk API 2.0 guide (Create a Job; Upload Job Data; Prepare CSV Files; Line Ending Header; Sample CSV Files),
// Salesforce Help 000384876 (Duplicate Id Specified), Identity guide (JWT bearer, client credentials); and from answers
// of real orgs that public repositories quote (order and quoting of result files, `sf__Error`, INVALIDJOBSTATE, locks,
// foreign keys). Where no source gives the words of a message, they are ours; codes and statuses are Salesforce's.
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Front } from './front.js';
import type { Heard } from './front.js';
import { listen } from './http.js';
import { idOf } from './id.js';
import { calm } from './moods.js';
import type { Moods, Trouble } from './moods.js';
import { Sessions } from './oauth.js';
import type { Credentials } from './oauth.js';
import { Org } from './org.js';
import type { ObjectSetting } from './schema.js';
import { Refusal } from './refusal.js';
import { Saver } from './save.js';
import { changeOfJson } from './change.js';
import type { Stored } from './stored.js';

export interface SalesforceOptions {
  objects: readonly ObjectSetting[];
  moods?: Partial<Moods>;
  /** Any free one unless given. */
  port?: number;
  /** Its address as clients have it, where something stands between; its own unless given. */
  publicUrl?: string;
  /** Made up unless given, and the same for every server of a process. */
  credentials?: Credentials & { publicKey: string };
  nowMs?: () => number;
}

export interface SalesforceServer {
  url: string;
  credentials: Credentials;
  moods: Moods;
  /** Every request that was heard, in order. */
  requests: Heard[];
  /** API calls counted against the day's limit. */
  usage(): number;
  /** Records that it was asked to write since it is there, whatever became of them. */
  asked(): number;
  /** Jobs that are being worked off. */
  jobsUnderWay(): number;
  records(object: string): Record<string, Stored>[];
  /** The same one by one, for very many. */
  eachRecord(object: string): Iterable<Record<string, Stored>>;
  count(object: string): number;
  addObject(object: ObjectSetting): void;
  /** Puts records in, by the object's rules. Answers with their ids. */
  seed(object: string, records: readonly Record<string, unknown>[]): string[];
  /** The next request that is `like` so (any, unless given) meets with trouble; `times` of them, once unless given. */
  trouble(trouble: Trouble, when?: { like?: RegExp; skip?: number; times?: number }): void;
  /**
   * Holds the next request that is like `METHOD /path` so, with its body behind it if that is short, when all of it is
   * there and before it does anything. It takes effect when it is released, though nobody may wait for it any more.
   * `held` resolves when it is there.
   */
  hold(like: RegExp): { held(): Promise<void>; release(): void };
  /** All sessions are over, as when an administrator ends them. */
  endSessions(): void;
  close(): Promise<void>;
}

/** Made once: a key takes a while. */
let own: (Credentials & { publicKey: string }) | undefined;

export async function openSalesforceServer(options: SalesforceOptions): Promise<SalesforceServer> {
  const { objects, nowMs = Date.now } = options;
  const moods: Moods = { ...calm(), ...options.moods };
  const org = new Org(objects);
  const saver = new Saver(org, moods, nowMs);
  const { publicKey, ...credentials } = options.credentials ?? (own ??= makeCredentials());
  const userId = idOf('005', 1);
  let url = '';
  const sessions = new Sessions({
    credentials,
    publicKey,
    url: () => options.publicUrl ?? url,
    orgId: idOf('00D', 1),
    userId,
    nowMs,
  });
  const front = new Front({ org, saver, moods, userId, nowMs }, sessions);
  const server = await listen(
    (request: IncomingMessage) => front.answer(request),
    options.port ?? 0,
  );
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    credentials,
    moods,
    requests: front.requests,
    usage: () => front.used,
    asked: () => saver.asked,
    jobsUnderWay: () => saver.traffic.jobs,
    records: (name) => [...tableOf(org, name).all()],
    eachRecord: (name) => tableOf(org, name).all(),
    count: (name) => tableOf(org, name).count,
    addObject: (object) => org.add(object),
    seed: (name, records) => seed(org, saver, { name, records }),
    trouble: (trouble, when) => front.expectTrouble(trouble, when),
    hold: (like) => front.hold(like),
    endSessions: () => sessions.endAll(),
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

export function makeCredentials(): Credentials & { publicKey: string } {
  const keys = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  return {
    clientId: `3MVG9${randomBytes(30).toString('hex')}`,
    clientSecret: randomBytes(32).toString('hex').toUpperCase(),
    username: 'integration@example.com',
    password: randomBytes(12).toString('hex'),
    ...keys,
  };
}

function tableOf(org: Org, name: string): ReturnType<Org['table']> {
  const object = org.object(name);
  if (!object) throw new Error(`The server has no object ${name}.`);
  return org.table(object);
}

function seed(
  org: Org,
  saver: Saver,
  { name, records }: { name: string; records: readonly Record<string, unknown>[] },
): string[] {
  const { object } = tableOf(org, name);
  const objectOf = (other: string): ReturnType<Org['object']> => org.object(other);
  return records.map((record) => {
    const change = changeOfJson({ object, objectOf }, record);
    const saving = { operation: 'insert', object, allowDuplicates: true, via: 'rest' } as const;
    const [saved] = saver.saveChunk(saving, [change]);
    if (saved instanceof Refusal) throw saved;
    return saved!.id;
  });
}

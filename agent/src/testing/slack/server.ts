/**
 * A test double of Slack's Web API, written from its public documentation (the pages are named in the files beside this
 * one; read 2026-11) and as strict: tokens and scopes, errors as Slack's `{ "ok": false, "error": … }`, Block Kit's limits,
 * rate tiers with 429 and Retry-After, cursors, message metadata, files by upload URL.
 *
 * It covers auth.test, chat.postMessage, conversations.history, .list, .info and .open, users.lookupByEmail,
 * files.getUploadURLExternal with its upload URL, and files.completeUploadExternal, of one workspace and one app. It knows
 * no threads, attachments, multi-person messages, events or Enterprise organisations; of Block Kit it checks what messages
 * without interaction are made of; what Slack publishes no number for (bursts, the size of metadata) is a guess, and said so
 * where it stands.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { assertScope, paceBy, RateLimited } from './call.js';
import type { Method } from './call.js';
import { postMessage } from './chat.js';
import { history, info, list, open } from './conversations.js';
import { completeUpload, getUploadUrl, upload } from './files.js';
import { Moods } from './moods.js';
import type { Mood } from './moods.js';
import { Rates } from './rates.js';
import { Refusal } from './refusal.js';
import { argsOf, fileOf, tokenOf } from './request.js';
import type { Heard } from './request.js';
import { authTest, lookupByEmail } from './users.js';
import { Workspace } from './workspace.js';
import type { ServerClock } from './workspace.js';

export interface SlackServer {
  /** As a client's `slackApiUrl`. */
  apiUrl: string;
  workspace: Workspace;
  moods: Moods;
  /** Every call that was heard, taken or not. */
  calls: { method: string; args: Readonly<Record<string, unknown>> }[];
  close(): Promise<void>;
}

export interface SlackServerOptions {
  clock?: ServerClock;
  port?: number;
  /** Its address as clients have it, where something stands between; its own unless given. */
  publicUrl?: string;
  /** Whether it limits the pace; it does unless told. */
  rates?: boolean;
}

const methods: Readonly<Record<string, Method>> = {
  'auth.test': authTest,
  'chat.postMessage': postMessage,
  'conversations.history': history,
  'conversations.info': info,
  'conversations.list': list,
  'conversations.open': open,
  'files.completeUploadExternal': completeUpload,
  'files.getUploadURLExternal': getUploadUrl,
  'users.lookupByEmail': lookupByEmail,
};

export async function openSlackServer(options: SlackServerOptions = {}): Promise<SlackServer> {
  const { clock = { now: () => Date.now() }, port = 0, rates = true } = options;
  const workspace = new Workspace(clock);
  const slack: Slack = {
    workspace,
    moods: new Moods(),
    rates: rates ? new Rates(clock) : undefined,
    calls: [],
    origin: '',
  };
  const server = createServer((request, response) => void serve(slack, request, response));
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  slack.origin = options.publicUrl ?? url;
  return {
    apiUrl: `${url}/api/`,
    workspace,
    moods: slack.moods,
    calls: slack.calls,
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

interface Slack {
  workspace: Workspace;
  moods: Moods;
  rates: Rates | undefined;
  calls: SlackServer['calls'];
  origin: string;
}

interface Answer {
  status: number;
  headers?: Readonly<Record<string, string>>;
  body: string;
}

async function serve(
  slack: Slack,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const heard = await heardOf(request);
  const name = heard.path.replace(/^\/(api|upload\/v1)\//, '');
  const isUpload = heard.path.startsWith('/upload/v1/');
  const mood = slack.moods.take(isUpload ? 'upload' : name);
  const act = (): Answer => (isUpload ? uploaded(slack, heard, name) : called(slack, heard, name));
  const answer = await inMood(mood, act);
  if (answer === 'cut') return void request.socket.destroy();
  response.writeHead(answer.status, answer.headers).end(answer.body);
}

async function inMood(mood: Mood | undefined, act: () => Answer): Promise<Answer | 'cut'> {
  switch (mood?.kind) {
    case 'cut':
      if (mood.when === 'after') act();
      return 'cut';
    case 'status':
      if (mood.taken) act();
      return { status: mood.status, headers: mood.headers ?? {}, body: '' };
    case 'page':
      if (mood.taken) act();
      return { status: 200, headers: { 'content-type': 'text/html' }, body: '<html>Hello</html>' };
    case 'error':
      return json({ ok: false, error: mood.error }, mood.headers);
    case 'hold':
      mood.arrived();
      await mood.released;
      return act();
    case 'none':
    case undefined:
      return act();
  }
}

function called(slack: Slack, heard: Heard, name: string): Answer {
  const method = methods[name];
  if (!method || !heard.path.startsWith('/api/'))
    return json({ ok: false, error: 'unknown_method', req_method: name });
  const args = argsOf(heard);
  slack.calls.push({ method: name, args });
  const token = tokenOf(heard, args);
  const known = slack.workspace.tokens.get(token ?? '');
  try {
    if (!token) throw new Refusal('not_authed');
    if (!known) throw new Refusal('invalid_auth');
    if (known.state !== 'valid') throw new Refusal(known.state);
    const seconds = method.tier && slack.rates?.call(token, name, method.tier);
    if (seconds) throw new RateLimited(seconds);
    assertScope(known.scopes, method.scopes ?? []);
    const result = method.run({
      workspace: slack.workspace,
      args,
      scopes: known.scopes,
      pace: paceBy(slack.rates, token),
      uploadUrl: slack.workspace.uploadUrl ?? `${slack.origin}/upload/v1/`,
    });
    return json({ ok: true, ...result }, scopesOf(known, method));
  } catch (error) {
    return refusal(error, known ? scopesOf(known, method) : {});
  }
}

function refusal(error: unknown, headers: Readonly<Record<string, string>>): Answer {
  if (error instanceof RateLimited) {
    const wait = { ...headers, 'retry-after': String(error.seconds) };
    return { ...json({ ok: false, error: 'ratelimited' }, wait), status: 429 };
  }
  if (!(error instanceof Refusal)) throw error;
  return json({ ok: false, error: error.code, ...error.more }, headers);
}

function scopesOf(
  { scopes }: { scopes: ReadonlySet<string> },
  method: Method,
): Readonly<Record<string, string>> {
  const accepted = method.scopes?.join(',');
  return {
    'x-oauth-scopes': [...scopes].join(','),
    ...(accepted && { 'x-accepted-oauth-scopes': accepted }),
  };
}

function uploaded({ workspace }: Slack, heard: Heard, id: string): Answer {
  const said = heard.method === 'POST' ? upload(workspace, id, fileOf(heard)) : undefined;
  return { status: said ? 200 : 400, headers: { 'content-type': 'text/plain' }, body: said ?? '' };
}

function json(body: object, headers: Readonly<Record<string, string>> = {}): Answer {
  return {
    status: 200,
    headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
    body: JSON.stringify(body),
  };
}

async function heardOf(request: IncomingMessage): Promise<Heard> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://slack');
  return {
    method: request.method ?? '',
    path: pathname,
    query: searchParams,
    headers: request.headers,
    body: Buffer.concat(parts),
  };
}

import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { freePort } from '../free-port.js';

const script = fileURLToPath(new URL('../../dist/start.js', import.meta.url));
/** Two starts that fill a warehouse each: half a minute alone, minutes beside other tests. */
const slow = { timeout: 360_000 };
let home: string;
let port: number;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'drawbridge-start-'));
  port = await freePort();
});

afterEach(() => rm(home, { recursive: true, force: true }));

interface Started {
  child: ChildProcess;
  /** Settles when the text was printed, or rejects with all that was when it ended without. */
  said(text: string): Promise<string>;
  /** Exit code and everything that it printed. */
  ended: Promise<{ code: number | null; output: string }>;
}

function start(...args: string[]): Started {
  const child = spawn(process.execPath, [script, ...args], {
    env: { ...process.env, PORT: String(port), DRAWBRIDGE_HOME: home },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      child.emit('said');
    });
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, output }));
  const said = async (text: string): Promise<string> => {
    while (!output.includes(text)) {
      const isOver = await Promise.race([
        once(child, 'said').then(() => false),
        ended.then(() => true),
      ]);
      if (isOver && !output.includes(text))
        throw new Error(`It ended without "${text}":\n${output}`);
    }
    return output;
  };
  return { child, said, ended };
}

it('sends every row, stays up until it is told to stop, and goes on from there', slow, async () => {
  const started = start();
  const output = await started.said('Stop with ctrl-C');
  expect(output).toContain('Every row arrived.');
  expect(output).toMatch(/cities-to-app +135,233 rows read, 0 unchanged, 135,233 added/);
  expect(output.match(/equal to the query/g)).toHaveLength(2);
  const link = /(http:\S+magic-link\S+)/.exec(output)?.[1] ?? '';
  const signedIn = await fetch(link, { redirect: 'manual' });
  expect(signedIn.headers.get('set-cookie')).toBeTruthy();
  expect(await (await fetch(`http://localhost:${port}/`)).text()).toContain('<div id=');

  const page = /endpoint received +(http:\S+)/.exec(output)?.[1] ?? '';
  expect(await (await fetch(page)).text()).toContain('cities held now');

  const [, key] = /DRAWBRIDGE_TOKEN=(dbk_\S+)/.exec(output) ?? [];
  const answer = await fetch(`http://localhost:${port}/graphql`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      query:
        '{ agents { edges { node { online } } } syncs(first: 10) { edges { node { name } } } }',
    }),
  });
  expect(await answer.json()).toMatchObject({
    data: { agents: { edges: [{ node: { online: true } }] }, syncs: { edges: [{}, {}] } },
  });

  const other = await start('--exit').ended;
  expect(other).toMatchObject({ code: 1 });
  expect(other.output).toContain('already runs in this folder');

  started.child.kill('SIGINT');
  expect(await started.ended).toMatchObject({ code: 0 });

  const second = await start('--exit').ended;
  expect(second).toMatchObject({ code: 0 });
  expect(second.output).toMatch(/cities-to-app .* 0 added, 0 changed, 0 removed → 0 sent/);
});

it('sends one model to every kind of destination, and begins anew each time', slow, async () => {
  for (const { code, output } of [
    await start('--demo', 'full', '--exit').ended,
    await start('--demo', 'full', '--warehouse', 'postgres', '--exit').ended,
  ]) {
    expect({ code, output }).toMatchObject({ code: 0 });
    expect(output).toMatch(/The warehouse \((Snowflake|Postgres)\) was filled/);
    expect(output).toMatch(/cities-to-salesforce .* 4,442 added, 0 changed, 0 removed/);
    expect(output.match(/Salesforce.* cities, as the warehouse has them/g)).toHaveLength(2);
    expect(output.match(/S3, .* cities, as the warehouse has them/g)).toHaveLength(2);
    expect(output).toMatch(/Slack, #cities +0 messages, 0 rows told of/);
    expect(output).toMatch(/ [1-9]\d* large cities changed: /);
  }
});

it('reads the same cities from Snowflake, and finds its state again', slow, async () => {
  const first = await start('--warehouse', 'snowflake', '--exit').ended;
  expect(first).toMatchObject({ code: 0 });
  expect(first.output).toContain('The warehouse (Snowflake) was filled with 135,233 cities');
  expect(first.output.match(/equal to the query/g)).toHaveLength(2);
  const second = await start('--warehouse', 'snowflake', '--exit').ended;
  expect(second).toMatchObject({ code: 0 });
  expect(second.output).toMatch(/cities-to-app .* 0 added, 0 changed, 0 removed → 0 sent/);
});

it('says which demos there are', async () => {
  const wrong = await start('--demo', 'whole').ended;
  expect(wrong).toMatchObject({ code: 2, output: expect.stringContaining('cities, full') });
});

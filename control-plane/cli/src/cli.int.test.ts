import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { commands } from './program.js';
import { openFakeControlPlane, token } from './testing/fake-control-plane.js';
import { sampleRun } from './testing/sample-run.js';

const bin = new URL('../bin/drawbridge.js', import.meta.url).pathname;

const configuration = `
sources:
  warehouse: { type: postgres, secrets: { password: env:WAREHOUSE_PASSWORD } }
destinations:
  app-db: { type: postgres }
models:
  customers: { source: warehouse, table: customers, primaryKey: [id] }
syncs:
  customers-to-app:
    model: customers
    destination: app-db
    object: public.customers
    mode: mirror
    key: { id: id }
    fields: { email: email }
`;

/** Words that are left out where they say what is done anyway. */
const everyWord = `
models:
  people: { source: warehouse, table: people, primaryKey: [id], duplicates: first, orderBy: [updated_at desc] }
syncs:
  people-to-app:
    model: people
    destination: app-db
    object: public.people
    mode: mirror
    key: { id: id }
    fields:
      account_id: { lookup: { object: public.accounts, match: { domain: domain }, return: id, onMiss: null } }
    guards: { removed: { rows: 10, percent: 10, action: approve }, emptyResult: stop }
    snapshots: hashed
    quarantineAfter: 5
    mappingChange: from-now-on
`;

const folders: string[] = [];
afterEach(() => folders.splice(0).forEach((folder) => rmSync(folder, { recursive: true })));

function folderWith(files: Record<string, string>): string {
  const folder = mkdtempSync(join(tmpdir(), 'drawbridge-cli-'));
  folders.push(folder);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

interface Said {
  code: number;
  out: string;
  err: string;
  json(): unknown;
}

/** The command as a person runs it: its own process, its own environment. */
async function drawbridge(
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<Said> {
  const child = spawn(process.execPath, [bin, ...args], { env: { PATH: '', ...env } });
  const said = { out: '', err: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said.out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said.err += text));
  const [code] = (await once(child, 'close')) as [number];
  return { code, ...said, json: () => JSON.parse(said.out) };
}

async function setUp() {
  const server = await openFakeControlPlane();
  const env = { DRAWBRIDGE_URL: server.url, DRAWBRIDGE_TOKEN: token };
  return {
    state: server.state,
    drawbridge: (...args: string[]) => drawbridge(args, env),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

describe('every command', () => {
  it.each(commands.map(({ usage, example }) => [usage.split(' ')[0]!, example]))(
    '%s has help with an example and --json',
    async (name, example) => {
      const { code, out } = await drawbridge([name, '--help']);
      expect(code).toBe(0);
      expect(out).toContain(`$ ${example}`);
      expect(out).toContain('--json');
    },
  );

  it.each([
    [[]],
    [['nosuch']],
    [['validate']],
    [['runs', '--limit', 'x']],
    [['run', 's', '--nosuch']],
  ])('exits 2 for wrong usage: %j', async (args) => {
    const { code, out, err } = await drawbridge(args, { DRAWBRIDGE_TOKEN: 'x' });
    expect(code).toBe(2);
    expect(out).toBe('');
    expect(err).not.toBe('');
  });
});

describe('validate', () => {
  it('needs no server', async () => {
    const { code, out } = await drawbridge(['validate', folderWith({ 'a.yaml': configuration })]);
    expect(code).toBe(0);
    expect(out).toContain('1 source, 1 destination, 1 model, 1 sync.');
  });

  it('prints every problem where an editor finds it', async () => {
    const folder = folderWith({
      'a.yaml': configuration.replace('mirror', 'miror').replace('model: c', 'model: k'),
    });
    const { code, out } = await drawbridge(['validate', folder]);
    expect(code).toBe(1);
    expect(out).toContain(`${folder}/a.yaml:10:12  There is no "kustomers" under models.`);
    expect(out).toContain(`${folder}/a.yaml:13:11  "miror" is not known here.`);
    expect(out).toContain('(spec.bad_value)');
    expect(out).toContain('2 problems.');
  });

  it('prints one JSON document for scripts', async () => {
    const folder = folderWith({ 'a.yaml': 'sinks: {}' });
    const said = await drawbridge(['validate', folder, '--json']);
    expect(said.code).toBe(1);
    expect(said.json()).toMatchObject({
      valid: false,
      problems: [{ file: `${folder}/a.yaml`, line: 1, column: 1, code: 'spec.unknown_key' }],
    });
  });

  it('takes a directory without *.yaml for a mistake', async () => {
    const { code, err } = await drawbridge(['validate', folderWith({ 'a.yml': configuration })]);
    expect(code).toBe(2);
    expect(err).toContain('Name it .yaml');
    expect(err).toContain('cli.no_configuration');
  });
});

describe('discover', () => {
  const column = { label: null, kind: 'column', isRequired: false, isKey: false };

  it('lists what is there, of the connection that has that name', async () => {
    await using world = await setUp();
    await world.drawbridge('apply', folderWith({ 'a.yaml': configuration }));
    world.state.discovery = {
      entries: [
        { ...column, name: 'id', type: 'bigint', isKey: true, isRequired: true },
        { ...column, name: 'Email__c', type: 'email', label: 'E-mail' },
      ],
      isCutOff: true,
      failure: null,
    };
    const said = await world.drawbridge('discover', 'warehouse', 'marts', 'customers');
    expect(said).toMatchObject({ code: 0, err: 'There are more than these 2.\n' });
    expect(said.out.split('\n')).toEqual([
      expect.stringMatching(/^NAME +KIND +TYPE$/),
      expect.stringMatching(/^id +column +bigint +key, required$/),
      expect.stringMatching(/^Email__c +column +email +E-mail$/),
      '',
    ]);
    const json = (await world.drawbridge('discover', 'app-db', '--json')).json();
    expect(json).toEqual({ entries: world.state.discovery.entries, isCutOff: true });
    expect(world.state.discovered).toEqual([
      { source: 'warehouse', path: ['marts', 'customers'] },
      { destination: 'app-db', path: [] },
    ]);
  });

  it('says why it can not', async () => {
    await using world = await setUp();
    await world.drawbridge('apply', folderWith({ 'a.yaml': configuration }));
    const off = await world.drawbridge('discover', 'warehouse');
    expect(off.code).toBe(1);
    expect(off.err).toContain('Write the name yourself.');
    expect(off.err).toContain('discovery.off');
    const unknown = await world.drawbridge('discover', 'warehose');
    expect(unknown).toMatchObject({ code: 2, err: expect.stringContaining('warehouse, app-db') });
  });

  it('asks which is meant where both have the name', async () => {
    await using world = await setUp();
    const both = configuration.replaceAll('app-db', 'warehouse');
    await world.drawbridge('apply', folderWith({ 'a.yaml': both }));
    const unsaid = await world.drawbridge('discover', 'warehouse');
    expect(unsaid).toMatchObject({ code: 2, err: expect.stringContaining('--as destination') });
    await world.drawbridge('discover', 'warehouse', '--as', 'destination');
    expect(world.state.discovered).toEqual([{ destination: 'warehouse', path: [] }]);
    expect(await world.drawbridge('discover', 'warehouse', '--as', 'sink')).toMatchObject({
      code: 2,
    });
  });
});

describe('plan, apply and export', () => {
  it('show the difference, make it so, and write the same out again', async () => {
    await using world = await setUp();
    const folder = folderWith({ 'a.yaml': configuration });
    const planned = await world.drawbridge('plan', folder);
    expect(planned).toMatchObject({ code: 0, err: '' });
    expect(planned.out).toContain('+ sync customers-to-app');
    expect(planned.out).toContain('4 changes to apply.');
    expect(world.state.specification.syncs).toEqual({});

    expect((await world.drawbridge('apply', folder)).out).toContain('4 changes applied.');
    expect((await world.drawbridge('apply', folder)).out).toBe('Nothing to change.\n');

    const target = join(folderWith({}), 'new');
    const exported = await world.drawbridge('export', target, '--json');
    expect(exported.json()).toMatchObject({ directory: target });
    expect(readdirSync(target).toSorted()).toEqual(
      ['destinations', 'models', 'sources', 'syncs'].map((name) => `${name}.yaml`),
    );
    expect((await world.drawbridge('plan', target)).out).toBe('Nothing to change.\n');
  });

  it('list versions, say what became different, and go back', async () => {
    await using world = await setUp();
    const folder = folderWith({ 'a.yaml': configuration });
    expect((await world.drawbridge('apply', folder, '--json')).json()).toMatchObject({
      version: 1,
    });
    const other = folderWith({ 'a.yaml': configuration.replace('mirror', 'upsert') });
    const late = await world.drawbridge('apply', other, '--if-version', '0');
    expect(late).toMatchObject({ code: 1, err: expect.stringContaining('configuration.changed') });
    await world.drawbridge('apply', other, '--if-version', '1');
    const { out } = await world.drawbridge('versions', 'diff', '1');
    expect(out).toContain('- mode: mirror');
    const restored = await world.drawbridge('restore', '1');
    expect(restored.out).toContain('1 change applied.');
    expect(world.state.specification.syncs['customers-to-app']?.mode).toBe('mirror');
    const listed = await world.drawbridge('versions');
    expect(listed.out).toMatch(/VERSION .*\n3 .* ci +cli +1 +1\n2 /);
  });

  it('know every word, and write it out again', async () => {
    await using world = await setUp();
    const folder = folderWith({ 'a.yaml': configuration, 'b.yaml': everyWord });
    expect(await world.drawbridge('validate', folder)).toMatchObject({ code: 0 });
    const { out } = await world.drawbridge('plan', folder);
    const shown = [
      'duplicates: first',
      '- updated_at desc',
      'onMiss: null',
      'action: approve',
      'snapshots: hashed',
      'quarantineAfter: 5',
      'mappingChange: from-now-on',
    ];
    for (const word of shown) expect(out).toContain(word);
    await world.drawbridge('apply', folder);
    const target = join(folderWith({}), 'new');
    await world.drawbridge('export', target);
    expect((await world.drawbridge('plan', target)).out).toBe('Nothing to change.\n');
    const text = ['models', 'syncs'].map((name) =>
      readFileSync(join(target, `${name}.yaml`), 'utf8'),
    );
    for (const word of shown) expect(text.join('')).toContain(word);
  });

  it('say that a new mapping sends unchanged rows again', async () => {
    await using world = await setUp();
    await world.drawbridge('apply', folderWith({ 'a.yaml': configuration }));
    const remapped = configuration.replace('email: email', 'mail: email');
    const planned = await world.drawbridge('plan', folderWith({ 'a.yaml': remapped }));
    expect(planned.out).toContain('Mapping changed: the next run sends unchanged rows again');
  });

  it('refuse what has a problem, without asking the server', async () => {
    const folder = folderWith({ 'a.yaml': configuration.replace('mirror', 'miror') });
    const said = await drawbridge(['apply', folder, '--json']);
    expect(said.code).toBe(1);
    expect(said.json()).toMatchObject({ applied: false, problems: [{ code: 'spec.bad_value' }] });
  });

  it('leave files alone that stand where the export would go', async () => {
    await using world = await setUp();
    const folder = folderWith({ 'a.yaml': configuration });
    await world.drawbridge('apply', folder);
    const refused = await world.drawbridge('export', folder);
    expect(refused.code).toBe(1);
    expect(refused.err).toContain('holds a.yaml already');
    expect(readdirSync(folder)).toEqual(['a.yaml']);
  });
});

describe('run', () => {
  it('starts a run with its options', async () => {
    await using world = await setUp();
    const said = await world.drawbridge('run', 'customers-to-app', '--full', '--dry-run', '--json');
    expect(said.code).toBe(0);
    expect(said.json()).toMatchObject({ state: 'queued', sync: 'customers-to-app', dryRun: true });
    expect(world.state.started).toEqual([
      { sync: 'customers-to-app', dryRun: true, full: true, rebaseline: false, verify: false },
    ]);
  });

  it('passes on how much to send and what to take back', async () => {
    await using world = await setUp();
    const plain = { sync: 's', dryRun: false, full: false, rebaseline: false, verify: false };
    await world.drawbridge('run', 's', '--canary', '10', '--only', 'rejected', '--accept-types');
    await world.drawbridge('run', 's', '--undo', sampleRun.id, '--dry-run');
    await world.drawbridge('run', 's', '--from-now-on');
    expect(world.state.started).toEqual([
      { ...plain, canary: 10, onlyRejected: true, acceptTypes: true },
      { ...plain, dryRun: true, undo: sampleRun.id },
      { ...plain, fromNowOn: true },
    ]);
  });

  it('pauses a sync and lets it go on', async () => {
    await using world = await setUp();
    const paused = await world.drawbridge('pause', 's', '--json');
    expect(paused.json()).toMatchObject({ name: 's', pausedAt: '2026-11-23T10:00:00.000Z' });
    const resumed = await world.drawbridge('resume', 's');
    expect(resumed).toMatchObject({ code: 0 });
    expect(resumed.out).toContain('The sync s is not paused. Next run: 2026-11-23T11:00:00.000Z.');
    expect(await world.drawbridge('pause', 'nosuch')).toMatchObject({ code: 2 });
  });

  it('pauses a destination or a pool, and refuses what is neither', async () => {
    await using world = await setUp();
    const since = '2026-11-23T10:00:00.000Z';
    const destination = await world.drawbridge('pause', 'destination', 'app', '--json');
    expect(destination.json()).toEqual({ name: 'app', pausedAt: since });
    const pool = await world.drawbridge('pause', 'pool', 'default');
    expect(pool.out).toContain('resume it with: drawbridge resume pool default');
    const resumed = await world.drawbridge('resume', 'pool', 'default', '--json');
    expect(resumed.json()).toEqual({ name: 'default', pausedAt: null });
    expect(await world.drawbridge('pause', 'source', 's')).toMatchObject({ code: 2 });
  });

  it.each([
    [['--full', '--rebaseline']],
    [['--undo', sampleRun.id, '--full']],
    [['--canary', 'few']],
    [['--only', 'added']],
  ])('refuses what makes no sense before it asks: %j', async (flags) => {
    const said = await drawbridge(['run', 's', ...flags, '--json']);
    expect(said.code).toBe(2);
    expect(said.json()).toMatchObject({ error: { code: 'cli.usage' } });
  });

  it.each([
    ['succeeded', {}, 0],
    ['completed_with_errors', { rejected: 1 }, 3],
    ['failed', {}, 1],
    ['cancelled', {}, 1],
  ])('waits until it is %s', async (state, counts, code) => {
    await using world = await setUp();
    world.state.looks = [
      { state: 'leased', phase: null },
      { state: 'running', phase: 'deliver' },
      { state, counts: { ...sampleRun.counts, ...counts } },
    ];
    const said = await world.drawbridge('run', 'customers-to-app', '--wait', '--json');
    expect(said.code).toBe(code);
    expect(said.json()).toMatchObject({ state, counts: { queried: 1000, sent: 105, ...counts } });
    expect(said.err).toBe('');
  });

  it('goes on waiting while the server restarts', async () => {
    await using world = await setUp();
    world.state.looks = [{ state: 'succeeded' }];
    const waiting = world.drawbridge('run', 'customers-to-app', '--wait');
    while (world.state.started.length === 0) await new Promise(setImmediate);
    world.state.drops = 2;
    const { code, out, err } = await waiting;
    expect(code).toBe(0);
    expect(out).toContain('customers-to-app  succeeded');
    expect(err).toContain('asking again');
  });

  it('names a sync that is not there', async () => {
    await using world = await setUp();
    const said = await world.drawbridge('run', 'nosuch', '--json');
    expect(said.code).toBe(2);
    expect(said.json()).toEqual({
      error: { code: 'sync.not_found', message: 'There is no sync "nosuch".' },
    });
  });
});

describe('show, runs and cancel', () => {
  it('show one run', async () => {
    await using world = await setUp();
    world.state.looks = [{ state: 'succeeded' }];
    const said = await world.drawbridge('show', sampleRun.id, '--json');
    expect(said.json()).toMatchObject({
      id: sampleRun.id,
      phases: sampleRun.phases,
      policyDigest: null,
    });
  });

  it('say so when there is none', async () => {
    await using world = await setUp();
    expect(await world.drawbridge('show', sampleRun.id)).toMatchObject({ code: 2, out: '' });
  });

  it('list runs over several pages', async () => {
    await using world = await setUp();
    world.state.runs = Array.from({ length: 130 }, (_, index) => ({
      ...sampleRun,
      id: `run-${index}`,
    }));
    const listed = (await world.drawbridge('runs', '--limit', '120', '--json')).json();
    expect(listed).toMatchObject({
      runs: expect.toSatisfy((runs: object[]) => runs.length === 120),
    });
    const few = await world.drawbridge('runs', 'customers-to-app', '--limit', '2');
    expect(few.out.trim().split('\n')).toHaveLength(3);
    expect((await world.drawbridge('runs', 'other')).out).toBe('No runs yet.\n');
  });

  it('approve the plan that was looked at, and no other', async () => {
    await using world = await setUp();
    const planDigest = 'ab'.repeat(32);
    const counts = { ...sampleRun.counts, added: 0, changed: 3, removed: 12_034 };
    world.state.looks = [{ state: 'waiting_approval', planDigest, counts }];
    const said = await world.drawbridge('approve', sampleRun.id);
    expect(said).toMatchObject({
      code: 0,
      out: `Approved: 12,034 rows to be removed, 3 changed. Run ${sampleRun.id} is queued.\n`,
    });
    expect(world.state.approved).toEqual([{ runId: sampleRun.id, planDigest }]);
    world.state.refusal = 'run.plan_changed';
    const late = await world.drawbridge('approve', sampleRun.id, '--json');
    expect(late.code).toBe(1);
    expect(late.json()).toMatchObject({ error: { code: 'run.plan_changed' } });
  });

  it('wait for what becomes of an approved run', async () => {
    await using world = await setUp();
    const planDigest = 'ab'.repeat(32);
    world.state.looks = [
      { state: 'waiting_approval', planDigest },
      { state: 'running', phase: 'deliver' },
      { state: 'succeeded', planDigest },
    ];
    const said = await world.drawbridge('approve', sampleRun.id, '--wait', '--json');
    expect(said).toMatchObject({ code: 0, err: '' });
    expect(said.json()).toMatchObject({ state: 'succeeded', planDigest });
  });

  it('say what waits and how to let it go', async () => {
    await using world = await setUp();
    world.state.looks = [{ state: 'waiting_approval', heldBy: ['removed'] }];
    const shown = await world.drawbridge('show', sampleRun.id);
    expect(shown.out).toContain(`drawbridge approve ${sampleRun.id}`);
    const waited = await world.drawbridge('run', 'customers-to-app', '--wait');
    expect(waited.code).toBe(3);
    expect(waited.out).toContain('Held by the guard on removed rows: 5 rows would be removed');
  });

  it('stop waiting at a parked run, and release it', async () => {
    await using world = await setUp();
    world.state.looks = [{ state: 'running' }, { state: 'parked' }];
    const waited = await world.drawbridge('run', 'customers-to-app', '--wait');
    expect(waited.code).toBe(3);
    expect(waited.out).toContain(`drawbridge release ${sampleRun.id}`);
    const released = await world.drawbridge('release', sampleRun.id);
    expect(released).toMatchObject({ code: 0, out: `Released. Run ${sampleRun.id} is queued.\n` });
    world.state.looks = [{ state: 'succeeded' }];
    const again = await world.drawbridge('release', sampleRun.id, '--wait', '--json');
    expect(again).toMatchObject({ code: 0, err: '' });
    expect(again.json()).toMatchObject({ state: 'succeeded', lapses: [] });
    world.state.refusal = 'run.not_parked';
    const late = await world.drawbridge('release', sampleRun.id, '--json');
    expect(late.code).toBe(1);
    expect(late.json()).toMatchObject({ error: { code: 'run.not_parked' } });
  });

  it('cancel a run', async () => {
    await using world = await setUp();
    const said = await world.drawbridge('cancel', sampleRun.id);
    expect(said).toMatchObject({ code: 0, out: `Run ${sampleRun.id} is cancelled.\n` });
    world.state.cancelled = 'completed_with_errors';
    const late = await world.drawbridge('cancel', sampleRun.id);
    expect(late.out).toBe(`Run ${sampleRun.id} was over before: completed with errors.\n`);
  });
});

describe('agents, enroll-token and keys', () => {
  it('list agents', async () => {
    await using world = await setUp();
    world.state.agents = [
      {
        id: 'a1',
        pool: 'default',
        version: '0.1.0',
        online: true,
        slots: 4,
        freeSlots: 3,
        lastSeenAt: '2026-11-23T10:00:00.000Z',
        revokedAt: null,
        rotatedAt: null,
        rotating: false,
        createdAt: '2026-11-23T09:00:00.000Z',
      },
    ];
    expect((await world.drawbridge('agents')).out).toContain('online  0.1.0    3 of 4');
  });

  it('print a token alone, so that a script can take it', async () => {
    await using world = await setUp();
    const { out, err } = await world.drawbridge('enroll-token', '--pool', 'eu');
    expect(out).toBe(`dbe_${'a'.repeat(43)}\n`);
    expect(err).toContain('pool eu');
    expect((await world.drawbridge('keys', 'create', 'ci')).out).toBe('dbk_made\n');
  });

  it('list keys, and revoke one by its name', async () => {
    await using world = await setUp();
    const times = { createdAt: '2026-11-23T10:00:00.000Z', lastUsedAt: null, expiresAt: null };
    const setup = { id: 'k2', name: 'setup', role: 'owner', ...times };
    world.state.apiKeys = [{ id: 'k1', name: 'ci', role: 'editor', ...times }, setup];
    const listed = await world.drawbridge('keys', 'list');
    expect(listed.out).toMatch(
      /^KEY +ROLE +CREATED +LAST USED +EXPIRES\nci +editor +2026-11-23T10:00:00.000Z +never +never\n/,
    );
    expect(await world.drawbridge('keys', 'revoke', 'ci')).toMatchObject({ code: 0 });
    expect((await world.drawbridge('keys', 'list', '--json')).json()).toEqual({ keys: [setup] });
    const again = await world.drawbridge('keys', 'revoke', 'ci', '--json');
    expect(again.code).toBe(2);
    expect(again.json()).toMatchObject({ error: { code: 'key.not_found' } });
  });

  it.each([
    ['keys', 'revoke'],
    ['keys', 'create'],
    ['keys', 'list', 'ci'],
    ['keys', 'burn', 'ci'],
  ])('say how to write %s %s %s', async (...words) => {
    await using world = await setUp();
    const said = await world.drawbridge(...words.filter((word) => typeof word === 'string'));
    expect(said).toMatchObject({ code: 2, out: '' });
    expect(said.err).toContain('drawbridge keys revoke NAME');
  });
});

describe('a server that is not as it should be', () => {
  it('is named when it does not answer', async () => {
    const url = await (async () => {
      await using gone = await openFakeControlPlane();
      return gone.url;
    })();
    const { code, err } = await drawbridge(['agents'], {
      DRAWBRIDGE_URL: url,
      DRAWBRIDGE_TOKEN: token,
    });
    expect(code).toBe(1);
    expect(err).toContain(`No answer from ${url} (ECONNREFUSED)`);
  });

  it('says what to do about a key that it does not know', async () => {
    await using server = await openFakeControlPlane();
    const env = { DRAWBRIDGE_URL: server.url, DRAWBRIDGE_TOKEN: 'wrong' };
    const said = await drawbridge(['agents', '--json'], env);
    expect(said.code).toBe(1);
    expect(said.json()).toMatchObject({ error: { code: 'auth.bad_key' } });
    expect(said.err).toContain('Check DRAWBRIDGE_TOKEN');
  });

  it('is not asked without a key', async () => {
    expect(await drawbridge(['agents'])).toMatchObject({ code: 2, out: '' });
  });
});

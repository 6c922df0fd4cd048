import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { openTestApp, type Answer, type TestApp, type Workspace } from '../testing/test-app.js';

let test: TestApp;
let ours: Workspace;
beforeEach(async () => {
  test = await openTestApp(inject('postgresUrl'));
  ours = await test.makeWorkspace('ours');
});
afterEach(() => test.close());

const source = 'type: postgres\nsettings: { host: db.internal }\n';
const destination = JSON.stringify({ type: 'postgres', settings: { host: 'app.internal' } });
const model = 'source: warehouse\ntable: public.person\nprimaryKey: [id]\n';
const sync =
  'model: people\ndestination: app\nobject: public.person\nmode: upsert\nkey: { id: id }\n';

interface Done {
  done: { version: number; name?: string; problems?: object[]; changes?: object[] } & Record<
    'source' | 'destination' | 'model' | 'sync',
    { name: string; definition: string; digest: string }
  >;
}

/** `createSource` and its kind, by what is wanted of the answer. */
const ask = (field: string, input: object, wanted = 'version'): Promise<Answer<Done>> =>
  test.ask<Done>(
    ours,
    `mutation ($input: ${/^update|^delete/.exec(field)?.[0].replace(/^./, (one) => one.toUpperCase()) ?? 'Create'}EntryInput!) { done: ${field}(input: $input) { ${wanted} } }`,
    { input },
  );

async function makeAll(): Promise<void> {
  const kinds = { Source: source, Destination: destination, Model: model, Sync: sync };
  const names = { Source: 'warehouse', Destination: 'app', Model: 'people', Sync: 'people-to-app' };
  for (const [kind, definition] of Object.entries(kinds)) {
    const name = names[kind as keyof typeof names];
    expect(await ask(`create${kind}`, { name, definition })).toMatchObject({ data: { done: {} } });
  }
}

const shown = async (kind: string, name: string) => {
  const { data } = await test.ask<{ entry: { definition: string; digest: string } | null }>(
    ours,
    `query ($name: String!) { entry: ${kind}(name: $name) { definition digest } }`,
    { name },
  );
  return data?.entry ?? null;
};

const refusalsOf = ({ errors = [] }: Answer<unknown>) =>
  errors.map(({ extensions, path }) => ({ ...extensions, path }));

describe('entries one by one', () => {
  it('are created, read, updated and deleted, each a version of its own', async () => {
    await makeAll();
    const read = await shown('sync', 'people-to-app');
    expect(read?.definition).toContain('mode: upsert');
    const definition = sync.replace('upsert', 'mirror');
    const updated = await ask(
      'updateSync',
      { name: 'people-to-app', definition, digest: read!.digest },
      'version sync { name definition digest }',
    );
    expect(updated.data?.done).toMatchObject({ version: 5, sync: { name: 'people-to-app' } });
    const { digest, definition: written } = updated.data!.done.sync;
    expect(written).toContain('mode: mirror');
    expect(digest).not.toBe(read!.digest);
    const gone = await ask('deleteSync', { name: 'people-to-app', digest }, 'name version');
    expect(gone.data?.done).toEqual({ name: 'people-to-app', version: 6 });
    expect(await shown('sync', 'people-to-app')).toBeNull();
    for (const [kind, name] of [
      ['model', 'people'],
      ['source', 'warehouse'],
      ['destination', 'app'],
    ] as const) {
      const entry = await shown(kind, name);
      const field = `delete${kind.replace(/^./, (one) => one.toUpperCase())}`;
      expect((await ask(field, { name, digest: entry!.digest })).errors).toBeUndefined();
    }
    const { data } = await test.ask<{ configurationVersions: { edges: object[] } }>(
      ours,
      '{ configurationVersions { edges { node { number door changes } } } }',
    );
    expect(data?.configurationVersions.edges).toHaveLength(9);
    expect(data?.configurationVersions.edges[0]).toEqual({
      node: { number: 9, door: 'api', changes: 1 },
    });
  });

  it('say of every wrong key where it is, one error each', async () => {
    await makeAll();
    const wrong = sync.replace('people', 'nobody').replace('upsert', 'upsrt');
    const answer = await ask('createSync', { name: 'other', definition: wrong });
    expect(refusalsOf(answer)).toEqual([
      { code: 'spec.unknown_reference', field: ['input', 'definition', 'model'], path: ['done'] },
      { code: 'spec.bad_value', field: ['input', 'definition', 'mode'], path: ['done'] },
    ]);
    const unnamed = await ask('createSource', { name: 'a b', definition: source });
    expect(refusalsOf(unnamed)).toMatchObject([
      { code: 'spec.bad_name', field: ['input', 'name'] },
    ]);
    const { digest } = (await shown('source', 'warehouse'))!;
    const elsewhere = { name: 'warehouse', definition: `${source}pool: other`, digest };
    const moved = await ask('updateSource', elsewhere);
    expect(refusalsOf(moved)).toMatchObject([
      { code: 'spec.pool_mismatch', field: ['input', 'definition'] },
    ]);
    expect(moved.errors?.[0]?.message).toContain('people-to-app');
  });

  it('are refused where they would step on somebody', async () => {
    await makeAll();
    const again = await ask('createModel', { name: 'people', definition: model });
    const { digest } = (await shown('model', 'people'))!;
    const stale = { name: 'people', definition: model, digest: '0'.repeat(64) };
    const answers = [
      again,
      await ask('updateModel', stale),
      await ask('deleteModel', { name: 'people', digest }),
      await ask('deleteSource', { name: 'nosuch', digest }),
    ];
    expect(answers.flatMap(refusalsOf).map(({ code, field }) => [code, field])).toEqual([
      ['model.exists', ['input', 'name']],
      ['configuration.changed', ['input', 'digest']],
      ['model.in_use', ['input', 'name']],
      ['source.not_found', ['input', 'name']],
    ]);
    const follower = `${sync}schedule: { after: people-to-app }`;
    await ask('createSync', { name: 'follower', definition: follower });
    const followed = {
      name: 'people-to-app',
      digest: (await shown('sync', 'people-to-app'))!.digest,
    };
    const refused = await ask('deleteSync', followed);
    expect(refusalsOf(refused)).toMatchObject([{ code: 'sync.in_use' }]);
    const theirs = await test.makeWorkspace('theirs');
    const { data } = await test.ask<{ model: null }>(theirs, '{ model(name: "people") { name } }');
    expect(data?.model).toBeNull();
  });

  it('are validated as values, and nothing changes', async () => {
    await makeAll();
    const wanted = 'problems { code line path } changes { name action }';
    const wrong = await ask(
      'validateSync',
      { name: 'people-to-app', definition: `${sync}mod: x` },
      wanted,
    );
    expect(wrong.data?.done.problems).toEqual([
      { code: 'spec.unknown_key', line: 6, path: ['syncs', 'people-to-app', 'mod'] },
    ]);
    const definition = sync.replace('upsert', 'mirror');
    const right = await ask('validateSync', { name: 'people-to-app', definition }, wanted);
    expect(right.data?.done).toEqual({
      problems: [],
      changes: [{ name: 'people-to-app', action: 'update' }],
    });
    expect((await shown('sync', 'people-to-app'))?.definition).toContain('upsert');
  });
});

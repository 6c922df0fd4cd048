import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { drawbridge, folderWith, openCommandLine } from '../testing/command-line.js';
import { configuration } from '../testing/sample-configuration.js';

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

describe('plan, apply and export', () => {
  it('show the difference, make it so, and write the same out again', async () => {
    await using world = await openCommandLine();
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
    await using world = await openCommandLine();
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
    await using world = await openCommandLine();
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
    await using world = await openCommandLine();
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
    await using world = await openCommandLine();
    const folder = folderWith({ 'a.yaml': configuration });
    await world.drawbridge('apply', folder);
    const refused = await world.drawbridge('export', folder);
    expect(refused.code).toBe(1);
    expect(refused.err).toContain('holds a.yaml already');
    expect(readdirSync(folder)).toEqual(['a.yaml']);
  });
});

import { describe, expect, it } from 'vitest';
import { folderWith, openCommandLine } from '../testing/command-line.js';
import { configuration } from '../testing/sample-configuration.js';

describe('discover', () => {
  const column = { label: null, kind: 'column', isRequired: false, isKey: false };

  it('lists what is there, of the connection that has that name', async () => {
    await using world = await openCommandLine();
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
    await using world = await openCommandLine();
    await world.drawbridge('apply', folderWith({ 'a.yaml': configuration }));
    const off = await world.drawbridge('discover', 'warehouse');
    expect(off.code).toBe(1);
    expect(off.err).toContain('Write the name yourself.');
    expect(off.err).toContain('discovery.off');
    const unknown = await world.drawbridge('discover', 'warehose');
    expect(unknown).toMatchObject({ code: 2, err: expect.stringContaining('warehouse, app-db') });
  });

  it('asks which is meant where both have the name', async () => {
    await using world = await openCommandLine();
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

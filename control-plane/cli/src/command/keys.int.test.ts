import { describe, expect, it } from 'vitest';
import { openCommandLine } from '../testing/command-line.js';

describe('agents, enroll-token and keys', () => {
  it('list agents', async () => {
    await using world = await openCommandLine();
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
        policyDigest: null,
        rotating: false,
        createdAt: '2026-11-23T09:00:00.000Z',
      },
    ];
    expect((await world.drawbridge('agents')).out).toContain('online  0.1.0    3 of 4');
  });

  it('print a token alone, so that a script can take it', async () => {
    await using world = await openCommandLine();
    const { out, err } = await world.drawbridge('enroll-token', '--pool', 'eu');
    expect(out).toBe(`dbe_${'a'.repeat(43)}\n`);
    expect(err).toContain('pool eu');
    expect((await world.drawbridge('keys', 'create', 'ci')).out).toBe('dbk_made\n');
  });

  it('list keys, and revoke one by its name', async () => {
    await using world = await openCommandLine();
    const times = { createdAt: '2026-11-23T10:00:00.000Z', lastUsedAt: null, expiresAt: null };
    const known = { prefix: 'dbk_Qm3x', madeBy: 'Ada', ...times };
    const setup = { id: 'k2', name: 'setup', role: 'owner', ...known };
    world.state.apiKeys = [{ id: 'k1', name: 'ci', role: 'editor', ...known }, setup];
    const listed = await world.drawbridge('keys', 'list');
    expect(listed.out).toMatch(
      /^KEY +ROLE +BEGINS +MADE BY +CREATED +LAST USED +EXPIRES\nci +editor +dbk_Qm3x +Ada +2026-11-23T10:00:00.000Z +never +never\n/,
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
    await using world = await openCommandLine();
    const said = await world.drawbridge(...words.filter((word) => typeof word === 'string'));
    expect(said).toMatchObject({ code: 2, out: '' });
    expect(said.err).toContain('drawbridge keys revoke NAME');
  });
});

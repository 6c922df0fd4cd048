import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import type { RunFilter } from './run-filter.model.js';
import { openGround, yamlOfSyncs, type Ground } from '../job/testing/ground.js';

let ground: Ground;
beforeEach(async () => {
  ground = await openGround(inject('postgresUrl'));
});
afterEach(() => ground.close());

describe('the history of runs', () => {
  it('is told page by page, newest first, each run once, also those of one moment', async () => {
    await ground.apply(yamlOfSyncs(5));
    const ids: string[] = [];
    for (let n = 0; n < 15; n += 1) {
      const id = await ground.start(`sync-${n % 5}`);
      await ground.runs.cancel(ground.caller, id);
      ids.unshift(id);
    }
    // Nine of one millisecond; the rest keep their order.
    const moment = ids.slice(3, 12);
    await ground.database.run.updateMany({
      where: { id: { in: moment } },
      data: { createdAt: (await ground.show(moment[0]!)).createdAt },
    });
    const seen: string[] = [];
    for (let after: string | null = null, more = true; more;) {
      const page = await ground.history.page(ground.caller, null, { first: 4, after });
      seen.push(...page.edges.map(({ node }) => node.id));
      ({ endCursor: after, hasNextPage: more } = page.pageInfo);
    }
    expect(seen).toHaveLength(15);
    expect(seen.slice(0, 3)).toEqual(ids.slice(0, 3));
    expect(new Set(seen.slice(3, 12))).toEqual(new Set(moment));
    expect(seen.slice(12)).toEqual(ids.slice(12));

    const ofOne = await ground.history.page(ground.caller, 'sync-2', {});
    expect(ofOne.edges.map(({ node }) => node.sync)).toEqual(Array(3).fill('sync-2'));
    const last = await ground.history.last(ground.caller, await idOf('sync-4'));
    expect(last?.id).toBe(ids[0]);
  });

  it('is told in part, by what is asked for together, over several pages', async () => {
    await ground.apply(
      yamlOfSyncs(4)
        .replace(
          'models:',
          '  other: { type: postgres, settings: { host: other.internal } }\nmodels:',
        )
        .replace('destination: app, object: public.person_3', 'destination: other, object: x'),
    );
    const [first, second, , other] = await Promise.all(
      [0, 1, 2, 3].map((n) => ground.start(`sync-${n}`)),
    );
    for (const id of [first, second, other]) await ground.runs.cancel(ground.caller, id!);
    const old = new Date('2026-01-01T00:00:00Z');
    await ground.database.run.updateMany({ where: { id: second! }, data: { createdAt: old } });
    const asked = async (filter: RunFilter) => {
      const seen: string[] = [];
      for (let after: string | null = null, more = true; more;) {
        const page = await ground.history.page(ground.caller, null, { filter, first: 1, after });
        seen.push(...page.edges.map(({ node }) => node.sync));
        ({ endCursor: after, hasNextPage: more } = page.pageInfo);
      }
      return seen.toSorted();
    };
    expect(await asked({ states: ['cancelled'] })).toEqual(['sync-0', 'sync-1', 'sync-3']);
    expect(await asked({ states: ['queued', 'running'] })).toEqual(['sync-2']);
    expect(await asked({ states: ['cancelled'], destination: 'app', pool: 'default' })).toEqual([
      'sync-0',
      'sync-1',
    ]);
    expect(await asked({ destination: 'other' })).toEqual(['sync-3']);
    expect(await asked({ to: new Date('2026-02-01') })).toEqual(['sync-1']);
    expect(await asked({ from: old, to: old })).toEqual([]);
    expect(await asked({ trigger: 'schedule' })).toEqual([]);
    expect(await asked({ states: [], pool: 'nosuch' })).toEqual([]);
    await expect(asked({ states: ['done'] })).rejects.toMatchObject({
      code: 'run.bad_filter',
      extensions: { field: ['filter', 'states'] },
    });
  });

  it('refuses a page that cannot be', async () => {
    const page = (request: object) => ground.history.page(ground.caller, null, request);
    await expect(page({ first: 0 })).rejects.toMatchObject({ code: 'page.bad_size' });
    await expect(page({ first: 101 })).rejects.toMatchObject({ code: 'page.bad_size' });
    for (const after of ['', '%', 'bm9uZQ', Buffer.from('["x","y"]').toString('base64url')])
      await expect(page({ after })).rejects.toMatchObject({ code: 'page.bad_cursor' });
    await expect(ground.history.page(ground.caller, 'nosuch', {})).rejects.toMatchObject({
      code: 'sync.not_found',
    });
  });
});

const idOf = (sync: string): Promise<string> => ground.syncs.idOf(ground.caller, sync);

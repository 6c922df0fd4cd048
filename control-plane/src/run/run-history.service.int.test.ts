import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
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

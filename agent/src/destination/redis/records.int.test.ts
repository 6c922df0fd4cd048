import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { DestinationConnection, TargetField } from '../../connector/destination.js';
import { hasRedis, openRedis, whyNoRedis } from '../../testing/redis/redis-process.js';
import type { RedisProcess } from '../../testing/redis/redis-process.js';
import { connectRedis, field, kindsOf, openWriting } from './testing/writing.js';

/** One value of each type, and what is written for it. */
const values: readonly (readonly [TargetField['type'], string, string, unknown])[] = [
  ['boolean', 't', 'true', true],
  ['integer', '9223372036854775807', '9223372036854775807', '9223372036854775807'],
  ['decimal', '0.1000000000000000000001', '0.1000000000000000000001', '0.1000000000000000000001'],
  ['float', 'NaN', 'NaN', '"NaN"'],
  ['text', 'say "ż🙂"\t\n\\N', 'say "ż🙂"\t\n\\N', undefined],
  ['bytes', '\\x00ff', '\u0000\u00ff', undefined],
  ['date', '2026-11-25', '2026-11-25', undefined],
  ['time', '10:00:00.5', '10:00:00.5', undefined],
  ['timestamp', '2026-11-25 10:00:00', '2026-11-25 10:00:00', undefined],
  ['timestamptz', '2026-11-25 10:00:00+00', '2026-11-25 10:00:00+00', undefined],
  ['interval', '1 day', '1 day', undefined],
  ['uuid', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', undefined],
  ['json', '{"a":[1.10,\n"b"]}', '{"a":[1.10,\n"b"]}', '{"a":[1.10, "b"]}'],
  ['array', '{1,2}', '{1,2}', undefined],
  ['other', '(1,2)', '(1,2)', undefined],
]; // prettier-ignore
const fields = values.map(([type]) => field(type, type));
const texts = values.map(([, canonical]) => canonical);

describe.skipIf(!hasRedis)(`records in Redis${whyNoRedis}`, () => {
  let server: RedisProcess;
  let connection: DestinationConnection;

  beforeAll(async () => {
    server = await openRedis();
    connection = connectRedis({ port: server.port });
  });
  beforeEach(() => server.admin.flushall());
  afterAll(async () => {
    await connection.close();
    await server.close();
  });

  it('writes every type into a hash, as its text', async () => {
    const { target, send } = await openWriting(connection, { fields });
    await send([['7', ...texts]]);
    const hash = await server.admin.hgetallBuffer('row:7');
    for (const [type, , written] of values)
      expect(hash[type]?.toString(type === 'bytes' ? 'latin1' : 'utf8')).toBe(written);
    expect(hash['id']?.toString()).toBe('7');
    await target.close();
  });

  it('writes every type into JSON, with every digit', async () => {
    const { target, send } = await openWriting(connection, { object: 'json', fields });
    await send([
      ['7', ...texts],
      ['8', ...texts.map(() => null)],
    ]);
    const text = (await server.admin.get('row:7')) ?? '';
    for (const [type, canonical, , literal = JSON.stringify(canonical)] of values)
      expect(text).toContain(`"${type}":${String(literal)}`);
    expect(JSON.parse(text)).toMatchObject({ id: 7, text: texts[4] });
    const nulls = Object.fromEntries(values.map(([type]) => [type, null]));
    expect(JSON.parse((await server.admin.get('row:8')) ?? '')).toEqual({ id: 8, ...nulls });
    await target.close();
  });

  it('keeps the fields of others in a hash, or removes them', async () => {
    await server.admin.hset('row:1', { theirs: 'x', name: 'old' });
    const keeping = await openWriting(connection);
    await keeping.send([['1', null]]);
    expect(await server.admin.hgetall('row:1')).toEqual({ theirs: 'x', id: '1' });
    const two = [field('name', 'text', 'omit'), field('mail')];
    const options = { name: 'row:{{ id }}', others: 'remove' };
    const removing = await openWriting(connection, { options, fields: two });
    await server.admin.hset('row:1', { theirs: 'x', name: 'stays' });
    await server.admin.expire('row:1', 1_000);
    await removing.send([['1', null, 'a@b']]);
    // What is omitted is no field of others, and a hash that is written anew in part is the same hash.
    expect(await server.admin.hgetall('row:1')).toEqual({ id: '1', name: 'stays', mail: 'a@b' });
    expect(await server.admin.ttl('row:1')).toBeGreaterThan(900);
    await keeping.target.close();
    await removing.target.close();
  });

  it('writes a NULL as an empty field where the sync says so', async () => {
    const options = { name: 'row:{{ id }}', nulls: 'empty' };
    const { target, send } = await openWriting(connection, { options, removal: 'clear' });
    await send([['1', null]]);
    expect(await server.admin.hgetall('row:1')).toEqual({ id: '1', name: '' });
    await server.admin.hset('row:1', { name: 'x' });
    const rows = [['1', 'x'], ['2', 'never there']];
    expect(kindsOf(await send(rows, { kind: 'clear', change: 'removed' }))).toEqual(['accepted', 'accepted']);
    expect(await server.admin.hgetall('row:1')).toEqual({ id: '1', name: '' });
    expect(await server.admin.exists('row:2')).toBe(0);
    await target.close();
  }); // prettier-ignore

  it('begins the time to live anew whenever it writes', async () => {
    for (const object of ['hash', 'json']) {
      const options = { name: `${object}:{{ id }}`, ttlSeconds: 100 };
      const { target, send } = await openWriting(connection, { object, options });
      await send([['1', 'a']]);
      await server.admin.expire(`${object}:1`, 5);
      await send([['1', 'b']], { change: 'changed' });
      expect(await server.admin.ttl(`${object}:1`)).toBeGreaterThan(90);
      await target.close();
      const plain = await openWriting(connection, { object, options: { name: options.name } });
      await plain.send([['1', 'c']], { change: 'changed' });
      expect(await server.admin.ttl(`${object}:1`)).toBeGreaterThan(90);
      await plain.target.close();
    }
  });

  it('removes a key only while it holds what the sync writes', async () => {
    const how = { kind: 'delete', change: 'removed' } as const;
    for (const [object, other] of [['hash', 'json'], ['json', 'hash']] as const) {
      const mine = await openWriting(connection, { object });
      const theirs = await openWriting(connection, { object: other });
      await theirs.send([['1', 'x']]);
      expect(kindsOf(await mine.send([['1', 'x']], how))).toEqual(['accepted']);
      expect(await server.admin.exists('row:1')).toBe(1);
      expect(kindsOf(await mine.send([['1', 'x']]))).toEqual(['REJECTED destination.rejected WRONGTYPE']);
      expect(kindsOf(await theirs.send([['1', 'x']], how))).toEqual(['accepted']);
      expect(await server.admin.exists('row:1')).toBe(0);
      await mine.target.close();
      await theirs.target.close();
    }
  }); // prettier-ignore

  it('puts rows into sets and takes them out again', async () => {
    const options = { name: 'in:{{ country }}', member: '{{ id }}' };
    const key = [field('country'), field('id', 'integer')];
    const wish = { object: 'set', options, key, fields: [] };
    const { target, send } = await openWriting(connection, wish);
    await server.admin.sadd('in:pl', 'of somebody else');
    const rows = [['pl', '1'], ['pl', '2'], ['de', '1']];
    expect(kindsOf(await send([...rows, [null, '3']]))).toEqual(['accepted', 'accepted', 'accepted', 'REJECTED destination.bad_name']);
    expect(kindsOf(await send([...rows, ['de', '2']], { kind: 'create' }))).toEqual(['skipped', 'skipped', 'skipped', 'accepted']);
    await send([['pl', '1'], ['de', '1'], ['de', '9']], { kind: 'delete', change: 'removed' });
    expect((await server.admin.smembers('in:pl')).toSorted()).toEqual(['2', 'of somebody else']);
    expect(await server.admin.smembers('in:de')).toEqual(['2']);
    await target.close();
  }); // prettier-ignore

  it.each([
    ['integer', '9007199254740992', '9007199254740992'],
    ['integer', '9007199254740993', undefined],
    ['decimal', '0.50', '0.5'],
    ['float', '-Infinity', '-inf'],
    ['float', 'NaN', undefined],
    ['integer', null, undefined],
    ['date', '1970-01-02', '86400'],
    ['timestamptz', '1970-01-01 00:00:01.25+00', '1.25'],
    ['timestamp', '1969-12-31 23:59:58.5', '-1.5'],
    ['timestamptz', 'infinity', 'inf'],
    ['timestamp', '0044-03-15 00:00:00 BC', undefined],
  ] as const)('scores a member by its %s %s', async (type, text, score) => {
    const options = { name: 'ranking', member: '{{ id }}' };
    const wish = { object: 'sortedSet', options, fields: [field('score', type)] };
    const { target, send } = await openWriting(connection, wish);
    const bad = ['REJECTED destination.bad_score'];
    expect(kindsOf(await send([['1', text]]))).toEqual(score === undefined ? bad : ['accepted']);
    expect(await server.admin.zscore('ranking', '1')).toBe(score ?? null);
    await target.close();
  });

  it('makes, changes and removes members of a sorted set as the mode says', async () => {
    const options = { name: 'ranking', member: '{{ id }}' };
    const fieldsOfScore = [field('score', 'integer')];
    const { target, send } = await openWriting(connection, { object: 'sortedSet', options, fields: fieldsOfScore });
    await send([['1', '10']]);
    expect(kindsOf(await send([['1', '20'], ['2', '20']], { kind: 'create' }))).toEqual(['skipped', 'accepted']);
    expect(kindsOf(await send([['1', '10'], ['3', '30']], { kind: 'update' }))).toEqual(['accepted', 'skipped']);
    expect(kindsOf(await send([['2', '21']], { kind: 'update' }))).toEqual(['accepted']);
    await send([['1', '10'], ['9', '9']], { kind: 'delete', change: 'removed' });
    expect(await server.admin.zrange('ranking', '0', '-1', 'WITHSCORES')).toEqual(['2', '21']);
    await target.close();
  }); // prettier-ignore

  it.each([
    ['hash', { options: { name: 'row:{{ name }}' } }, 'destination.bad_name_template'],
    ['hash', { options: { name: 'row' } }, 'destination.bad_name_template'],
    ['hash', { key: [] }, 'destination.bad_name_template'],
    ['hash', { removal: 'clear', fields: [] }, 'destination.clear_missing'],
    ['hash', { removal: 'set' }, 'destination.set_missing'],
    ['json', { fields: [field('name', 'text', 'omit')] }, 'destination.omit_unfit'],
    ['set', { options: { name: 's', member: '{{ id }}' } }, 'destination.fields_unfit'],
    ['set', { options: { name: 's', member: 'x' }, fields: [] }, 'destination.bad_name_template'],
    ['sortedSet', { options: { name: 's', member: '{{ id }}' } }, 'destination.score_missing'],
  ] as const)('refuses what %s can not do: %j', async (object, wish, code) => {
    const opening = openWriting(connection, { object, ...wish });
    await expect(opening).rejects.toMatchObject({ kind: 'CONFIG', code });
  });

  it('lists what can be written, and never a key', async () => {
    await server.admin.set('row:secret-4711', 'x');
    const { signal } = new AbortController();
    const names = (await connection.list?.([], signal))?.map(({ name }) => name);
    expect(names).toEqual(['hash', 'json', 'set', 'sortedSet']);
    expect(await connection.list?.(['hash'], signal)).toEqual([]);
    await expect(connection.list?.(['row:secret-4711'], signal)).rejects.toMatchObject({
      code: 'listing.missing',
    });
  });
});

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openBucket } from '@drawbridge/local/bucket/bucket.js';
import type { Bucket } from '@drawbridge/local/bucket/bucket.js';
import { freePort } from '@drawbridge/local/free-port.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { textsOf } from '../../connector/lines.js';
import { readSettings } from '../../connector/settings.js';
import type { RowStream, SourceConnection } from '../../connector/source.js';
import { openDuck } from '../../duck/duck.js';
import type { Duck } from '../../duck/duck.js';
import { openS3Store } from '../../store/s3.js';
import { streamOf } from '../../sync/unloaded.js';
import { openSnowflakeServer } from '../../testing/snowflake/snowflake-server.js';
import type { SnowflakeServer } from '../../testing/snowflake/snowflake-server.js';
import { all } from '../../testing/source-contract.js';
import snowflake from './index.js';

const keys = { accessKeyId: 'AK', secretAccessKey: 'sk' };
const never = new AbortController().signal;
const tag = { workspaceId: 'w', syncId: 's', runId: 'r' };
const model = {
  sql: `select seq4() as id, iff(mod(seq4(), 7) = 0, null, 'a\\tb\\nc\\\\d "é🐢" ' || seq4()) as note,
      seq4() / 3.0::float as score, to_binary('00ff', 'HEX') as bytes, mod(seq4(), 2) = 0 as flag,
      dateadd('second', seq4(), '2024-01-01 00:00:00.5'::timestamp_ntz) as at,
      object_construct('n', seq4()) as doc
    from table(generator(rowcount => 2500))`,
};
const columns = ['ID', 'NOTE', 'SCORE', 'BYTES', 'FLAG', 'AT', 'DOC'];

describe('Snowflake unloading into the bucket of the agent', () => {
  let directory: string;
  let bucket: Bucket;
  let server: SnowflakeServer;
  let store: ReturnType<typeof openS3Store>;
  let duck: Duck;
  let places = 0;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'drawbridge-snowflake-unload-'));
    bucket = await openBucket({ directory: join(directory, 'bucket'), port: await freePort(), bucket: 'lake', ...keys }); // prettier-ignore
    server = await openSnowflakeServer({
      buckets: { lake: { endpoint: bucket.endpoint, ...keys } },
    });
    process.env['AWS_ACCESS_KEY_ID'] = keys.accessKeyId;
    process.env['AWS_SECRET_ACCESS_KEY'] = keys.secretAccessKey;
    store = openS3Store({ bucket: 'lake', prefix: 'agent', endpoint: bucket.endpoint, region: 'us-east-1' }); // prettier-ignore
    duck = await openDuck({ directory: join(directory, 'duck'), memoryMiB: 128 });
    await server.execute(`
      create storage integration lake_door type = external_stage storage_provider = 'S3' enabled = true
        storage_aws_role_arn = 'arn:aws:iam::1:role/r' storage_allowed_locations = ('s3://lake/agent/');
      create stage agent_stage url = 's3://lake/agent/' storage_integration = lake_door;
      create stage other_stage url = 's3://lake/agent/other/' storage_integration = lake_door`);
  });
  afterAll(async () => {
    duck.close();
    store.close();
    await server.close();
    await bucket.close();
    await rm(directory, { recursive: true, force: true });
  });

  const connect = (change: object): SourceConnection =>
    snowflake.open({
      settings: readSettings(snowflake.settings, {
        account: server.account,
        url: server.url,
        user: server.user,
        signIn: 'password',
        warehouse: server.warehouse,
        database: server.database,
        schema: server.schema,
        ...change,
      }),
      secrets: {
        password: server.password,
        privateKey: undefined,
        passphrase: undefined,
        token: undefined,
      },
    });
  const unloaded = async (change: object, sql = model.sql): Promise<RowStream> => {
    const key = `v1/unloaded/${(places += 1)}/`;
    const source = connect({ read: 'unload', ...change });
    const to = { url: `${store.url}${key}`, key };
    const rows = await source.unload?.({ model: { sql }, columns, tag }, to, never);
    if (!rows) throw new Error('It does not unload.');
    return streamOf(rows, key, { store, duck, workDir: directory, signal: never });
  };
  const left = async (): Promise<string[]> => {
    const found: string[] = [];
    for await (const { key } of store.list('v1/')) found.push(key);
    return found;
  };
  const byId = (lines: Uint8Array): (string | null)[][] =>
    textsOf(lines).toSorted((a, b) => Number(a[0]) - Number(b[0]));

  it.each([{ unloadName: 'agent_stage' }, { unloadBy: 'integration', unloadName: 'lake_door' }])(
    'gives the very rows that come in chunks: %j',
    async (change) => {
      const chunks = await connect({}).query({ model, columns, tag }, never);
      const sent = byId(await all(chunks));
      const stream = await unloaded(change);
      expect(stream.columns).toEqual(chunks.columns);
      expect(stream.form).toBe(chunks.form);
      expect(byId(await all(stream))).toEqual(sent);
      expect(sent).toHaveLength(2500);
      await stream.close();
      expect(await left()).toEqual([]);
    },
  );

  it('may find nothing to unload', async () => {
    const stream = await unloaded({ unloadName: 'agent_stage' }, `${model.sql} limit 0`);
    expect(await all(stream)).toHaveLength(0);
    await stream.close();
  });

  it('says that a stage leads elsewhere, or is not there', async () => {
    await expect(unloaded({ unloadName: 'other_stage' }).then(all)).rejects.toMatchObject({
      kind: 'CONFIG',
      code: 'source.unloaded_elsewhere',
    });
    await expect(unloaded({ unloadName: 'no_stage' }).then(all)).rejects.toMatchObject({
      kind: 'CONFIG',
      code: 'source.forbidden',
    });
  });

  it('unloads only where it is told to', () => {
    expect(connect({}).unload).toBeUndefined();
    expect(connect({ read: 'unload', unloadName: 'agent_stage' }).unload).toBeDefined();
  });
});

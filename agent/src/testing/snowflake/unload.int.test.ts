import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { openBucket } from '@drawbridge/local/bucket/bucket.js';
import { freePort } from '@drawbridge/local/free-port.js';
import { afterEach, expect, it } from 'vitest';
import { openSnowflakeServer } from './snowflake-server.js';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

async function open() {
  const directory = await mkdtemp(join(tmpdir(), 'unload-test-'));
  closing.push(() => rm(directory, { recursive: true, force: true }));
  const keys = { accessKeyId: 'AK', secretAccessKey: 'sk' };
  const bucket = await openBucket({
    directory: join(directory, 'bucket'),
    port: await freePort(),
    bucket: 'lake',
    ...keys,
  });
  closing.push(() => bucket.close());
  const server = await openSnowflakeServer({
    buckets: { lake: { endpoint: bucket.endpoint, ...keys } },
  });
  closing.push(() => server.close());
  const client = new S3Client({
    endpoint: bucket.endpoint,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: keys,
  });
  closing.push(async () => client.destroy());
  return { server, bucket, client, directory };
}

/** What DuckDB reads out of the files below a prefix. */
async function read(
  client: S3Client,
  directory: string,
  prefix: string,
  sql: string,
): Promise<unknown[][]> {
  const { Contents = [] } = await client.send(
    new ListObjectsV2Command({ Bucket: 'lake', Prefix: prefix }),
  );
  for (const [n, { Key }] of Contents.entries()) {
    const { Body } = await client.send(new GetObjectCommand({ Bucket: 'lake', Key }));
    await writeFile(join(directory, `${n}.parquet`), (await Body?.transformToByteArray()) ?? '');
  }
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  try {
    return (
      await connection.runAndReadAll(sql.replace('FILES', `'${directory}/*.parquet'`))
    ).getRowsJS() as unknown[][];
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

it('unloads a query through a stage with keys, in files of a size', async () => {
  const { server, bucket, client, directory } = await open();
  await server.execute(
    `create stage lake url = 's3compat://lake/rows/' endpoint = '${bucket.endpoint.replace('http://', '')}' credentials = (aws_key_id = 'AK' aws_secret_key = 'sk')`,
  );
  const rows = await server.execute(
    `copy into '@"ANALYTICS"."PUBLIC"."LAKE"/run-1/' from (select seq8() as "n:0", 'row ' || seq8() as s, parse_json('{"a":1}') v from table(generator(rowcount => 300000)))
     file_format = (type = parquet) header = true max_file_size = 500000 detailed_output = true`,
  );
  expect(rows.length).toBeGreaterThan(1);
  expect(rows.reduce((sum, [, , count]) => sum + Number(count), 0)).toBe(300_000);
  expect(
    rows.every(([name]) => /^rows\/run-1\/data_0_0_\d+\.snappy\.parquet$/.test(name ?? '')),
  ).toBe(true);
  expect(
    await read(
      client,
      directory,
      'rows/run-1/',
      `select count(*)::int, sum("n:0")::varchar, min(V) from FILES`,
    ),
  ).toEqual([[300_000, '44999850000', '{"a":1}']]);
});

it('unloads through an integration where it may, and nowhere else', async () => {
  const { server, client, directory } = await open();
  await server.execute(
    `create storage integration lake type = external_stage storage_provider = 'S3' enabled = true storage_aws_role_arn = 'arn:aws:iam::1:role/r' storage_allowed_locations = ('s3://lake/ours/')`,
  );
  const unload = (url: string) =>
    server.execute(
      `copy into '${url}' from (select 1 as a) storage_integration = lake file_format = (type = parquet) header = true`,
    );
  const [[rows, , bytes] = []] = await unload('s3://lake/ours/x/');
  expect([rows, Number(bytes) > 0]).toEqual(['1', true]);
  expect(await read(client, directory, 'ours/x/', 'select "A"::int from FILES')).toEqual([[1]]);
  await expect(unload('s3://lake/ours/x/')).rejects.toThrow('Files already existing');
  await expect(unload('s3://lake/theirs/')).rejects.toThrow('is not allowed by integration');
});

it('refuses times with a zone, as Parquet of Snowflake has none, and buckets that are not there', async () => {
  const { server } = await open();
  const unload = (bucket: string, query: string) =>
    server.execute(
      `copy into 's3://${bucket}/x/' from (${query}) credentials = (aws_key_id = 'AK' aws_secret_key = 'sk') file_format = (type = parquet)`,
    );
  await expect(unload('lake', 'select current_timestamp() as t')).rejects.toMatchObject({
    message: expect.stringContaining('TIMESTAMP_TZ and LTZ types are not supported') as string,
  });
  await expect(unload('sea', 'select 1 as a')).rejects.toMatchObject({
    code: '091003',
    message: expect.stringContaining('NoSuchBucket') as string,
  });
});

it('makes no file of no rows', async () => {
  const { server, bucket, client } = await open();
  await server.execute(
    `create stage lake url = 's3compat://lake/rows/' endpoint = '${bucket.endpoint.replace('http://', '')}' credentials = (aws_key_id = 'AK' aws_secret_key = 'sk')`,
  );
  expect(
    await server.execute(
      `copy into @lake/none/ from (select 1 as a where false) file_format = (type = parquet)`,
    ),
  ).toEqual([['0', '0', '0']]);
  const { KeyCount } = await client.send(
    new ListObjectsV2Command({ Bucket: 'lake', Prefix: 'rows/none/' }),
  );
  expect(KeyCount).toBe(0);
});

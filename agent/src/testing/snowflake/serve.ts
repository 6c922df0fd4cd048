// Starts the test double alone: `node agent/dist/testing/snowflake/serve.js --port 8443`. It says on its first line, as JSON,
// where it is and with what one gets in.
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { openSnowflakeServer } from './snowflake-server.js';

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '0' },
    'public-url': { type: 'string' },
    account: { type: 'string', default: 'DRAWBRIDGE_DEMO' },
    user: { type: 'string', default: 'DRAWBRIDGE' },
    password: { type: 'string' },
    /** A file of statements that are run at the start. */
    sql: { type: 'string' },
  },
});

const server = await openSnowflakeServer({
  port: Number(values.port),
  account: values.account,
  ...(values['public-url'] !== undefined && { publicUrl: values['public-url'] }),
  ...(values.password !== undefined && {
    users: [
      {
        name: values.user.toUpperCase(),
        password: values.password,
        defaultRole: 'ACCOUNTADMIN',
        defaultWarehouse: 'COMPUTE_WH',
      },
    ],
  }),
});
if (values.sql !== undefined) await server.execute(await readFile(values.sql, 'utf8'));
const { url, account, user, password, warehouse, database, schema } = server;
console.log(JSON.stringify({ url, account, user, password, warehouse, database, schema }));

for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => void server.close().then(() => process.exit(0)));

import type { Connection, ConnectionOptions, RowStatement } from 'snowflake-sdk';

/**
 * The real driver, with everything off that it would do besides: asking metadata hosts where it runs, and writing a log.
 * The variables have to be set before it is imported.
 */
export async function openDriver(options: ConnectionOptions): Promise<Connection> {
  process.env['SNOWFLAKE_DISABLE_PLATFORM_DETECTION'] = 'true';
  process.env['SF_TELEMETRY_DISABLE_CONNECTION_SHAPE'] = '1';
  const { default: snowflake } = await import('snowflake-sdk');
  snowflake.configure({ logLevel: 'OFF', disableOCSPChecks: true });
  const connection = snowflake.createConnection(options);
  await new Promise<void>((resolve, reject) => {
    connection.connect((error) => (error ? reject(error) : resolve()));
  });
  return connection;
}

export interface Ran {
  statement: RowStatement;
  rows: Record<string, unknown>[];
}

export function run(
  connection: Connection,
  sqlText: string,
  more: Partial<Parameters<Connection['execute']>[0]> = {},
): Promise<Ran> {
  return new Promise((resolve, reject) => {
    connection.execute({
      ...more,
      sqlText,
      complete: (error, statement, rows) => {
        if (error) reject(error);
        else resolve({ statement, rows: (rows ?? []) as Record<string, unknown>[] });
      },
    });
  });
}

export function leave(connection: Connection): Promise<void> {
  return new Promise((resolve) => connection.destroy(() => resolve()));
}

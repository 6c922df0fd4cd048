import type { Query } from './query.js';
import type { Session } from './session.js';
import type { SnowflakeError } from './snowflake-error.js';

/** The envelope of every answer. */
export const enveloped = (data: unknown, code: string | null = null): string =>
  JSON.stringify({ data, code, message: null, success: true, headers: null });

export const refusal = ({ code, message, sqlState }: SnowflakeError, queryId?: string): string =>
  JSON.stringify({
    data:
      queryId === undefined
        ? null
        : {
            errorCode: code,
            sqlState,
            queryId,
            age: 0,
            internalError: false,
            line: -1,
            pos: -1,
            type: 'COMPILATION',
          },
    code,
    message,
    success: false,
    headers: null,
  });

/** `333333` to one who waits, `333334` to one who asked not to. */
export const stillRunning = (query: Query, isAsync: boolean): string =>
  enveloped(
    {
      queryId: query.id,
      getResultUrl: `/queries/${query.id}/result`,
      queryAbortsAfterSecs: 300,
      progressDesc: null,
    },
    isAsync ? '333334' : '333333',
  );

const nameValues = (parameters: Iterable<readonly [string, string]>): object[] =>
  Array.from(parameters, ([name, value]) => ({ name, value: valueOf(value) }));

function valueOf(text: string): string | number | boolean {
  if (text === 'true' || text === 'false') return text === 'true';
  return /^\d{1,15}$/.test(text) ? Number(text) : text;
}

export function loginAnswer(session: Session): string {
  return enveloped({
    masterToken: session.masterToken,
    token: session.token,
    validityInSeconds: session.validity.session,
    masterValidityInSeconds: session.validity.master,
    displayUserName: session.user,
    serverVersion: '9.32.0',
    firstLogin: false,
    remMeToken: null,
    remMeValidityInSeconds: 0,
    healthCheckInterval: 45,
    newClientForUpgrade: null,
    sessionId: Number(session.id),
    parameters: nameValues(session.shown()),
    sessionInfo: {
      databaseName: session.database ?? null,
      schemaName: session.schema ?? null,
      warehouseName: session.warehouse ?? null,
      roleName: session.role,
    },
    idToken: null,
    mfaToken: null,
    responseData: null,
  });
}

/** The rows are JSON already, so the answer is put together as text. */
export function resultAnswer(query: Query, chunkUrl: (n: number) => string): string {
  const { session, result } = query;
  if (!result) throw new Error('A query without a result has no answer.');
  const { rows, columns, statementTypeId, children } = result;
  const head = JSON.stringify({
    parameters: nameValues(session.shown()),
    rowtype: columns,
    total: rows.total,
    returned: rows.total,
    queryId: query.id,
    databaseProvider: null,
    finalDatabaseName: session.database ?? null,
    finalSchemaName: session.schema ?? null,
    finalWarehouseName: session.warehouse ?? null,
    finalRoleName: session.role,
    numberOfBinds: 0,
    arrayBindSupported: false,
    statementTypeId,
    version: 1,
    sendResultTime: Date.now(),
    queryResultFormat: 'json',
    ...(children && {
      resultIds: children.map(({ id }) => id).join(','),
      resultTypes: children.map((child) => child.result?.statementTypeId).join(','),
    }),
    ...(rows.chunks.length > 0 && {
      chunks: rows.chunks.map(({ rowCount, uncompressedSize, compressedSize }, n) => ({
        url: chunkUrl(n),
        rowCount,
        uncompressedSize,
        compressedSize,
      })),
      chunkHeaders: chunkHeaders(rows.key),
    }),
  });
  return `{"data":{"rowset":[${rows.head}],${head.slice(1)},"code":null,"message":null,"success":true,"headers":null}`;
}

export const chunkHeaders = (key: string): Record<string, string> => ({
  'x-amz-server-side-encryption-customer-algorithm': 'AES256',
  'x-amz-server-side-encryption-customer-key': key,
});

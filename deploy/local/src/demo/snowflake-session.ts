import { randomUUID } from 'node:crypto';

/** Where the server is, and how one gets in. */
export interface SnowflakeSaid {
  url: string;
  account: string;
  user: string;
  password: string;
  warehouse: string;
  database: string;
  schema: string;
}

/** A session of the demo's own, by the protocol that Snowflake's drivers speak. */
export interface SnowflakeSession {
  execute(sql: string): Promise<void>;
  close(): Promise<void>;
}

interface Answer {
  success: boolean;
  code?: string;
  message?: string;
  data?: { token?: string };
}

export async function signInToSnowflake(server: SnowflakeSaid): Promise<SnowflakeSession> {
  const { url, account, user, password, warehouse, database, schema } = server;
  const where = new URLSearchParams({ warehouse, databaseName: database, schemaName: schema });
  const answer = await ask(`${url}/session/v1/login-request?${where}`, undefined, {
    data: {
      ACCOUNT_NAME: account,
      LOGIN_NAME: user,
      PASSWORD: password,
      CLIENT_APP_ID: 'demo',
      CLIENT_APP_VERSION: '1.0.0',
    },
  });
  const token = answer.data?.token;
  let statements = 0;
  return {
    execute: async (sql) => {
      const id = randomUUID();
      statements += 1;
      await ask(`${url}/queries/v1/query-request?requestId=${id}`, token, {
        sqlText: sql,
        sequenceId: statements,
      });
    },
    close: async () => {
      await ask(`${url}/session?delete=true`, token, {});
    },
  };
}

async function ask(url: string, token: string | undefined, body: object): Promise<Answer> {
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/snowflake',
      ...(token && { authorization: `Snowflake Token="${token}"` }),
    },
    body: JSON.stringify(body),
  });
  const answer = (await response.json()) as Answer;
  if (answer.success) return answer;
  throw new Error(`Snowflake said ${answer.code}: ${answer.message}`);
}

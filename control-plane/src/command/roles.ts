import { readConfig } from '../config.js';
import { rolesAsSql, rolesForPooler } from '../database/grant.js';

/** For those whose DATABASE_URL may make no roles, or whose pooler must be told of them. */
export function showRoles(): void {
  const config = readConfig();
  process.stdout.write(`-- In Postgres, as somebody who may make roles:
${rolesAsSql(config)}

; In the auth_file of PgBouncer, when it does not ask Postgres (auth_query):
${rolesForPooler(config)}
`);
}

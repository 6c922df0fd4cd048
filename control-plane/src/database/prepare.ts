import { grantRoles } from './grant.js';
import { migrate } from './migrate.js';
import type { RoleConfig } from './role.js';

/** Makes the database what this release needs: its tables, and who may do what with them. Names the migrations applied. */
export async function prepareDatabase(config: RoleConfig): Promise<string[]> {
  const applied = await migrate(config.directDatabaseUrl);
  await grantRoles(config);
  return applied;
}

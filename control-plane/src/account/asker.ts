import type { Actor } from '../audit/audit.service.js';

/** Where a request of nobody we know comes from. */
export interface Asker {
  address?: string | undefined;
  userAgent?: string | undefined;
}

/** As the audit log names a person. */
export const personAt = (
  asker: Asker,
  person: { id: string; name: string; workspaceId: string },
): Actor => ({
  workspaceId: person.workspaceId,
  by: 'session',
  name: person.name,
  actorId: person.id,
  ...asker,
});

import type { TrailService } from '../trail/trail.service.js';
import type { Endpoint } from './endpoint.js';

/** The whole audit log, for whoever keeps a copy of it. */
export const auditEndpoint = (trail: TrailService): Endpoint => ({
  method: 'get',
  path: '/audit',
  operationId: 'exportAudit',
  summary: 'The audit log as NDJSON, oldest entry first',
  description:
    'One entry a line, as drawbridge audit verify reads them. A copy is kept up by asking for what comes after its last one.',
  permission: 'audit.read',
  parameters: {},
  query: {
    after: {
      type: 'integer',
      minimum: 0,
      maximum: Number.MAX_SAFE_INTEGER,
      default: 0,
      description: 'Only entries with a higher sequence.',
    },
  },
  takesIdempotencyKey: false,
  answers: {
    200: { description: 'The entries, a line each.', schema: 'AuditEntry', isStream: true },
  },
  problems: [],
  answer: async ({ caller, query }) => ({
    status: 200,
    body: trail.entries(caller, BigInt(Number(query['after'] ?? 0))),
  }),
});

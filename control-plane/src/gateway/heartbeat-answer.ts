import { Standing, type HeartbeatAnswerSchema, type MessageInitShape } from '@drawbridge/proto';
import type { LeaseStanding } from '../job/job.service.js';

/** Each lease that a heartbeat named, in the wire's words. */
export const heartbeatAnswer = (
  number: bigint,
  standings: readonly LeaseStanding[],
): MessageInitShape<typeof HeartbeatAnswerSchema> => ({
  number,
  leases: standings.map(({ jobId, epoch, standing }) => ({
    lease: { jobId, epoch },
    standing: wireStandings[standing],
  })),
});

const wireStandings = {
  current: Standing.CURRENT,
  cancel: Standing.CANCEL,
  not_current: Standing.NOT_CURRENT,
} as const;

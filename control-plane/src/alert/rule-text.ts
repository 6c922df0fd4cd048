import type { AlertCondition } from '@drawbridge/proto';
import { spanOf } from '../event/alert-text.js';

/** A condition in words. */
export function ruleTextOf(when: AlertCondition): string {
  switch (when.kind) {
    case 'failed':
      return when.runs === 1
        ? 'A run failed or was parked.'
        : `${when.runs} runs in a row failed or were parked.`;
    case 'rejected':
      return `More than ${when.rows} rows and more than ${when.percent} % of what a run sent were rejected.`;
    case 'duration':
      return `A run takes longer than ${spanOf(when.limit.ms)}.`;
    case 'missed':
      return 'A slot of the schedule had no run in time.';
    case 'volume':
      return `The count of ${volumes[when.of]} is more than ${when.percent} % and more than ${when.rows} from the median of the last ${when.last} runs.`;
    case 'no_success':
      return `No run has gone through for ${spanOf(when.within.ms)}.`;
    case 'agent_offline':
      return `An agent is away for ${spanOf(when.after.ms)}.`;
    case 'waiting':
      return `A plan waits for approval for ${spanOf(when.after.ms)}.`;
  }
}

const volumes = {
  rows: 'rows',
  added: 'added rows',
  changed: 'changed rows',
  removed: 'removed rows',
} as const;

import type { AlertCondition, AlertEntry } from './alert.js';
import { severities } from './read-alert.js';

/** An alert as a person writes it. */
export function alertForm(entry: AlertEntry): unknown {
  if ('off' in entry) return 'off';
  const { when, severity, syncs, channels } = entry;
  return {
    ...conditionForm(when),
    ...(severity !== severities[when.kind] && { severity }),
    ...(syncs.length > 0 && { syncs }),
    ...(channels.length > 0 && { channels }),
  };
}

function conditionForm(when: AlertCondition): object {
  switch (when.kind) {
    case 'failed':
      return { failed: when.runs };
    case 'rejected':
      return { rejected: { rows: when.rows, percent: when.percent } };
    case 'duration':
      return { duration: when.limit.text };
    case 'missed':
      return { missed: true };
    case 'volume':
      return {
        volume: { of: when.of, percent: when.percent, rows: when.rows, last: when.last },
      };
    case 'no_success':
      return { noSuccess: when.within.text };
    case 'agent_offline':
      return { agentOffline: when.after.text };
    case 'waiting':
      return { waiting: when.after.text };
  }
}

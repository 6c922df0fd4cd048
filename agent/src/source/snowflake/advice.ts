import type { Advice } from '../../connector/advice.js';

export const advice: readonly Advice[] = [
  {
    code: 'source.no_warehouse',
    title: 'No virtual warehouse runs the query',
    advice:
      'Set `warehouse` of the source, or a default of the user, and grant USAGE on it to the role: `grant usage on warehouse … to role …`.',
  },
  {
    code: 'source.quota',
    title: 'The virtual warehouse has used up its quota',
    advice:
      'A resource monitor has stopped it. Raise the monitor’s quota, wait for its next period, or set another `warehouse`.',
  },
  {
    code: 'source.can_write',
    title: 'The role can write',
    advice:
      'The agent only reads, and a role that can do no more is safer. Make one as the README of the connector shows; or set `acceptWritingRole: true`. The text in your bucket names the grants.',
  },
];

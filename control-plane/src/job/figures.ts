import { Counter, Histogram } from 'prom-client';
import { registry } from '../registry.js';

/** By what became of their jobs: back in the queue, parked, or finished because they were to be cancelled. */
export const leasesLapsed = new Counter({
  name: 'drawbridge_lease_expiries_total',
  help: 'Leases that ran out, by what became of their jobs.',
  labelNames: ['state'],
  registers: [registry],
});

export const dispatchSeconds = new Histogram({
  name: 'drawbridge_dispatch_seconds',
  help: 'From when a job might begin to when an agent accepted it.',
  buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60, 300],
  registers: [registry],
});

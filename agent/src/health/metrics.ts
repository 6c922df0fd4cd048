import { Counter, Gauge, Registry, collectDefaultMetrics } from 'prom-client';

/** Names in labels are ours: kinds of work, outcomes and codes. Nothing of a customer's is one. */
export interface Metrics {
  jobFinished(work: string, outcome: string): void;
  rows(outcome: string, count: number): void;
  /** The text that Prometheus reads. */
  text(): Promise<{ type: string; body: string }>;
}

/** What is asked for when somebody looks. */
export interface Gauges {
  isOpen: () => boolean;
  running: () => number;
}

export function makeMetrics(gauges: Gauges, slots: number): Metrics {
  const register = new Registry();
  const registers = [register];
  collectDefaultMetrics({ register });
  const gauge = (name: string, help: string, value: () => number): void => {
    register.registerMetric(
      new Gauge({
        name,
        help,
        registers: [],
        collect() {
          this.set(value());
        },
      }),
    );
  };
  gauge('drawbridge_agent_connected', '1 while the control plane is connected.', () =>
    gauges.isOpen() ? 1 : 0,
  );
  gauge('drawbridge_agent_jobs_running', 'Jobs that run now.', gauges.running);
  gauge('drawbridge_agent_slots', 'Jobs that may run at a time.', () => slots);
  const jobs = new Counter({
    name: 'drawbridge_agent_jobs_finished_total',
    help: 'Jobs that ended, by work and outcome.',
    labelNames: ['work', 'outcome'],
    registers,
  });
  const rows = new Counter({
    name: 'drawbridge_agent_rows_total',
    help: 'Rows of finished runs, by what became of them.',
    labelNames: ['outcome'],
    registers,
  });
  return {
    jobFinished: (work, outcome) => jobs.inc({ work, outcome }),
    rows: (outcome, count) => rows.inc({ outcome }, count),
    text: async () => ({ type: register.contentType, body: await register.metrics() }),
  };
}

import { pino, type DestinationStream } from 'pino';
import type { LogLevel } from './config.js';
import type { Failure } from './failure.js';

/** Every line that the agent can write. Texts are fixed, so nothing that was read can be in one. */
const events = {
  'agent.started': 'the agent starts',
  'agent.draining': 'told to stop: no new jobs, running ones end at their next safe point',
  'agent.drained': 'everything is recorded and reported',
  'agent.drain_timeout': 'stopped before everything was reported; the next run finishes it',
  'policy.enforced': 'jobs do what the policy file allows, and nothing else',
  'policy.absent':
    'there is no policy file: jobs do whatever the control plane says; set DRAWBRIDGE_POLICY',
  'agent.failed': 'the agent cannot go on',
  'session.open': 'connected to the control plane',
  'session.lost': 'the connection to the control plane is lost; trying again',
  'session.enrolled': 'enrolled with the control plane',
  'session.rotated': 'signs with a new key from now on',
  'session.no_next_key': 'could not make the next key',
  'job.accepted': 'took a job',
  'job.refused': 'refused a job',
  'job.cancelled': 'a job is to be cancelled',
  'job.finished': 'finished a job',
  'job.failed': 'a job failed before it had a report',
  'job.lease_lost': 'the lease of a job is lost; it stops and reports nothing',
  'job.unreportable': 'a report broke a rule of the protocol and was replaced by a failure',
  'health.listening': 'probes and metrics are served',
} as const;
export type LogEvent = keyof typeof events;

/** What a line may hold beside its event. Anything else is dropped. */
export interface LogFields {
  agentId?: string;
  sessionId?: string;
  jobId?: string;
  runId?: string;
  epoch?: bigint;
  code?: string;
  kind?: string;
  vendorCode?: string;
  outcome?: string;
  reason?: string;
  count?: number;
  durationMs?: number;
  delayMs?: number;
  port?: number;
  version?: string;
  digest?: string;
}

const fieldNames: readonly string[] = [
  'agentId',
  'sessionId',
  'jobId',
  'runId',
  'epoch',
  'code',
  'kind',
  'vendorCode',
  'outcome',
  'reason',
  'count',
  'durationMs',
  'delayMs',
  'port',
  'version',
  'digest',
] satisfies (keyof LogFields)[];

/** Codes, ids and numbers; a sentence is none of them. */
const plainText = /^[A-Za-z0-9._:-]{1,100}$/;

/** The operator's log: one JSON object a line, on standard output. */
export class Logger {
  private readonly pino;

  constructor(level: LogLevel, destination?: DestinationStream) {
    const options = { level, base: null, timestamp: () => `,"time":"${new Date().toISOString()}"` };
    this.pino = destination ? pino(options, destination) : pino(options);
  }

  info(event: LogEvent, fields: LogFields = {}): void {
    this.write('info', event, allowed(fields));
  }

  warn(event: LogEvent, fields: LogFields = {}): void {
    this.write('warn', event, allowed(fields));
  }

  /** Kind and code of a failure, never its detail or cause; for our own bugs also where in the code it was. */
  failure(event: LogEvent, failure: Failure, fields: LogFields = {}): void {
    const { kind, code, vendorCode } = failure;
    const told = allowed({ ...fields, kind, code, vendorCode });
    if (kind !== 'INTERNAL') return this.write('warn', event, told);
    return this.write('error', event, { ...told, at: framesOf(failure.cause ?? failure) });
  }

  /** Types keep other events out where they are checked; what slips past them is not written either. */
  private write(level: 'info' | 'warn' | 'error', event: LogEvent, told: object): void {
    if (Object.hasOwn(events, event)) this.pino[level]({ event, ...told }, events[event]);
  }
}

function allowed(fields: LogFields): Record<string, string | number> {
  const kept: Record<string, string | number> = {};
  for (const [name, value] of Object.entries(fields) as [string, unknown][]) {
    if (!fieldNames.includes(name)) continue;
    if (typeof value === 'bigint') kept[name] = String(value);
    else if (typeof value === 'number' && Number.isFinite(value)) kept[name] = value;
    else if (typeof value === 'string' && plainText.test(value)) kept[name] = value;
  }
  return kept;
}

/** Lines of a stack that name our files. The message before them may quote anything, so it is cut off first. */
function framesOf(error: unknown): string[] {
  if (!(error instanceof Error)) return [];
  const stack = error.stack ?? '';
  const start = stack.indexOf(error.message) + error.message.length;
  return stack
    .slice(start)
    .split('\n')
    .filter((line) => /^\s+at [^\n]*:\d+:\d+\)?$/.test(line))
    .map((line) => line.trim())
    .slice(0, 8);
}

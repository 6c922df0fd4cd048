import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Offer } from '@drawbridge/proto';
import { systemClock } from './clock.js';
import type { Clock } from './clock.js';
import type { Config } from './config.js';
import { catalogOf } from './connector/catalog.js';
import { guardSockets } from './connector/journey.js';
import type { Package } from './connector/overview.js';
import type { Registry } from './connector/registry.js';
import { Failure } from './failure.js';
import { makeMetrics } from './health/metrics.js';
import type { Metrics } from './health/metrics.js';
import { openProbe } from './health/probe.js';
import type { Probe } from './health/probe.js';
import { Readiness } from './health/readiness.js';
import { prepareCheck } from './job/check-job.js';
import { prepareDiscovery } from './job/discover-job.js';
import { JobRunner } from './job/job-runner.js';
import { Limiters } from './job/limiters.js';
import { prepareSync } from './job/sync-job.js';
import { errorPlaceOf, keptFailureOf } from './job/wire-failure.js';
import type { Result, Tools, Work } from './job/work.js';
import type { Logger } from './logger.js';
import { leaveThrough } from './proxy.js';
import { Redaction } from './secret/redaction.js';
import { readSecret } from './secret/secret.js';
import type { Backoff } from './session/backoff.js';
import { EnrollmentTokens } from './session/enrollment-tokens.js';
import { keeperOf } from './session/identity-keeper.js';
import { Identity } from './session/identity.js';
import { Session } from './session/session.js';
import { openS3Store } from './store/s3.js';

export interface Agent {
  /** Works until aborted, then drains. Throws CONFIG when a person must act first. */
  run(signal: AbortSignal): Promise<void>;
}

export interface AgentParts {
  config: Config;
  registry: Registry;
  logger: Logger;
  clock?: Clock;
  backoff?: Backoff;
}

export const agentPackage = JSON.parse(
  readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
) as Package;

const { version } = agentPackage;

export async function buildAgent(parts: AgentParts): Promise<Agent> {
  const { config, registry, logger, clock = systemClock, backoff } = parts;
  leaveThrough(config.proxy);
  if (config.policy) await guardSockets();
  const tools = toolsOf(config, registry, clock);
  const session = new Session({
    url: config.url,
    self: {
      identity: await Identity.open(keeperOf(config.identity)),
      tokens: new EnrollmentTokens(config.enrollmentTokens),
      bootId: randomUUID(),
      version,
      slots: config.concurrency,
      policyDigest: config.policy?.digest ?? '',
    },
    clock,
    logger,
    ...(backoff && { backoff }),
  });
  const metrics = makeMetrics(
    { isOpen: () => session.isOpen, running: () => jobs.size },
    config.concurrency,
  );
  const jobs: JobRunner = new JobRunner({
    slots: config.concurrency,
    prepare: (offer) => workOf(offer, tools),
    keepFailure: async (failure, offer) => {
      const store = tools.openStore();
      return keptFailureOf(failure, store, {
        redact: tools.redaction.redact,
        place: errorPlaceOf(offer),
      }).finally(() => store.close());
    },
    line: session,
    clock,
    logger,
    onFinished: (work, result) => count(metrics, work, result),
  });
  session.say({ case: 'catalog', value: catalogOf(registry) });
  return { run: (signal) => run({ config, clock, logger, jobs, session, metrics, tools }, signal) };
}

interface Running {
  config: Config;
  clock: Clock;
  logger: Logger;
  jobs: JobRunner;
  session: Session;
  metrics: Metrics;
  tools: Tools;
}

async function run(agent: Running, signal: AbortSignal): Promise<void> {
  const { logger, session, tools, jobs } = agent;
  await makeFolders(tools);
  logger.info('agent.started', { version });
  tellPolicy(agent);
  const probe = await openHealth(agent);
  if (probe) logger.info('health.listening', { port: probe.port });
  const over = new AbortController();
  const stop = (): void => void drain(agent).finally(() => over.abort());
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  try {
    await session.run(jobs, over.signal);
  } finally {
    signal.removeEventListener('abort', stop);
    // Whoever is not heard any more must not act; the runs end without a word.
    jobs.loseAll();
    await probe?.close();
  }
}

function tellPolicy({ config: { policy }, logger }: Running): void {
  if (policy) logger.info('policy.enforced', { digest: policy.digest });
  else logger.warn('policy.absent');
}

async function openHealth(agent: Running): Promise<Probe | undefined> {
  const { config, session, metrics, tools, clock } = agent;
  if (config.metricsPort === undefined) return undefined;
  const readiness = new Readiness({
    wasWelcomed: () => session.wasWelcomed,
    isLeaving: () => session.isLeaving,
    tryBucket: async (signal) => {
      const store = tools.openStore();
      await store.check(signal).finally(() => store.close());
    },
    clock,
  });
  return openProbe(config.metricsPort, {
    metrics,
    isAlive: () => session.isAlive,
    whyNotReady: () => readiness.why(),
  });
}

async function drain({ config, jobs, session, clock, logger }: Running): Promise<void> {
  logger.info('agent.draining', { count: jobs.size });
  session.leave();
  const done = new AbortController();
  const drained = jobs
    .drain()
    .then(() => session.whenHeard())
    .then(() => true);
  const late = clock.sleep(config.drainMs, done.signal).then(
    () => false,
    () => false,
  );
  const isDrained = await Promise.race([drained, late]);
  done.abort();
  if (isDrained) logger.info('agent.drained');
  else logger.warn('agent.drain_timeout', { count: jobs.size });
}

function workOf({ work }: Offer, tools: Tools): Work {
  switch (work.case) {
    case 'runSync':
      return prepareSync(work.value, tools);
    case 'checkConnection':
      return prepareCheck(work.value, tools);
    case 'discover':
      return prepareDiscovery(work.value, tools);
    case undefined:
      throw new Failure('CONFIG', 'job.unknown', 'This agent does not know that kind of job.');
  }
}

function toolsOf(config: Config, registry: Registry, clock: Clock): Tools {
  const { environment, ownPlaces, hashKey } = config;
  const places = { environment, own: ownPlaces };
  return {
    registry,
    resolveSecret: (reference) => readSecret(reference, places),
    redaction: new Redaction(),
    ...(hashKey !== undefined && { hashKey: () => readSecret(hashKey, places) }),
    openStore: () => openS3Store(config.bucket),
    limiters: new Limiters(clock),
    ...(config.policy && { policy: config.policy }),
    isDiscoveryOn: config.isDiscoveryOn,
    jobsDir: join(config.workDir, 'jobs'),
    cacheDir: config.cacheDir,
    memoryMiB: Math.floor(config.memoryMiB / config.concurrency),
    clock,
  };
}

/** What a run left that was killed is of no use to anybody. */
async function makeFolders({ jobsDir, cacheDir }: Tools): Promise<void> {
  try {
    await rm(jobsDir, { recursive: true, force: true });
    await mkdir(jobsDir, { recursive: true });
    await mkdir(cacheDir, { recursive: true });
  } catch (cause) {
    throw new Failure(
      'CONFIG',
      'config.work_dir',
      'The agent can not write in DRAWBRIDGE_WORK_DIR or DRAWBRIDGE_CACHE_DIR. Give it folders that are its own.',
      { cause },
    );
  }
}

function count(metrics: Metrics, work: Work['kind'], result: Result): void {
  if (result.case !== 'syncReport') return metrics.jobFinished(work, result.case ?? 'unknown');
  const { outcome, counts } = result.value;
  metrics.jobFinished(work, outcomeNames[outcome ?? 0] ?? 'unknown');
  for (const name of ['sent', 'skipped', 'rejected', 'withheld', 'pending', 'uncertain'] as const)
    metrics.rows(name, Number(counts?.[name] ?? 0));
}

/** In the order of the wire's SyncOutcome. */
const outcomeNames = ['unknown', 'succeeded', 'completed_with_errors', 'failed', 'cancelled'];

import { systemClock } from '../clock.js';
import type { Clock } from '../clock.js';
import { readConfig } from '../config.js';
import type { Config, Environment } from '../config.js';
import type { Registry } from '../connector/registry.js';
import { Failure } from '../failure.js';
import { leaveThrough } from '../proxy.js';
import { bucketLooks } from './bucket-looks.js';
import { connectionFindings } from './connection-looks.js';
import { findingOf } from './finding.js';
import type { Finding, Look } from './finding.js';
import { ownLooks } from './own-looks.js';
import { reachLooks } from './reach-looks.js';

export interface ExamineOptions {
  registry: Registry;
  /** A folder of YAML whose sources and destinations are tried. */
  connections?: string | undefined;
  environment?: Environment;
  clock?: Clock;
}

/** Looks at everything that the agent needs, all of it, whatever fails; without a configuration, at that alone. */
export async function examine(options: ExamineOptions): Promise<Finding[]> {
  const { registry, connections, environment, clock = systemClock } = options;
  const config = configIn(environment);
  if (config instanceof Failure) return problemsOf(config);
  leaveThrough(config.proxy);
  const findings = await Promise.all([
    ...looksOf(config, clock).map(([what, look]) => findingOf(what, look)),
    connectionFindings(connections, config, registry),
  ]);
  return findings.flat();
}

/** In the order in which they are told. */
export function looksOf(config: Config, clock: Clock): [string, Look][] {
  return [...reachLooks(config, clock), ...ownLooks(config), ...bucketLooks(config.bucket, clock)];
}

function configIn(environment: Environment | undefined): Config | Failure {
  try {
    return readConfig(environment);
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
}

/** One finding for each line: each is about another variable. */
function problemsOf({ kind, code, message }: Failure): Finding[] {
  return message.split('\n').map((line) => ({
    what: 'configuration',
    state: 'broken',
    failure: new Failure(kind, code, line),
  }));
}

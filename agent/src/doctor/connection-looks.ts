import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ConnectionSchema, connectionOf, create, parseSpecification } from '@drawbridge/proto';
import type { Connection } from '@drawbridge/proto';
import type { Config } from '../config.js';
import { guardSockets } from '../connector/journey.js';
import { leadsPast, listedAs } from '../connector/reach.js';
import type { Reach } from '../connector/reach.js';
import type { Registry } from '../connector/registry.js';
import { Failure } from '../failure.js';
import { prepareDestination, prepareSource } from '../job/connections.js';
import type { Prepared } from '../job/connections.js';
import { Redaction } from '../secret/redaction.js';
import { readSecret } from '../secret/secret.js';
import type { Finding, Look } from './finding.js';
import { findingOf } from './finding.js';

const answerMs = 30_000;

/**
 * Each source and destination of a folder of YAML, opened and checked as a job would. The agent itself has no list: what it
 * connects to comes with its jobs.
 */
export async function connectionFindings(
  folder: string | undefined,
  config: Config,
  registry: Registry,
): Promise<Finding[]> {
  if (folder === undefined) return [await findingOf('connections', async () => untried)];
  try {
    const looks = await looksOf(folder, config, registry);
    return await Promise.all(looks.map(([what, look]) => findingOf(what, look)));
  } catch (error) {
    return [await findingOf('connections', () => Promise.reject(error))];
  }
}

const untried =
  'sources and destinations come with jobs; `drawbridge-agent doctor --config DIR` tries those of a folder of YAML';

async function looksOf(
  folder: string,
  config: Config,
  registry: Registry,
): Promise<[string, Look][]> {
  const { specification, problems } = parseSpecification(await filesOf(folder));
  if (!specification)
    throw new Failure(
      'CONFIG',
      'doctor.configuration_invalid',
      `The folder of --config has ${problems.length} problems. See them with: drawbridge validate DIR.`,
    );
  const { environment, ownPlaces: own, policy } = config;
  // What the doctor itself looks at belongs to no job; a connection that is tried does.
  if (policy) await guardSockets('own');
  const tools = {
    registry,
    ...(policy && { policy }),
    redaction: new Redaction(),
    resolveSecret: (reference: string) => readSecret(reference, { environment, own }),
  };
  const wire = (name: string, entry: Parameters<typeof connectionOf>[1]): Connection =>
    create(ConnectionSchema, connectionOf(name, entry));
  return [
    ...Object.entries(specification.sources).map(([name, entry]): [string, Look] => [
      `source ${name}`,
      () => checked(() => prepareSource(wire(name, entry), tools)),
    ]),
    ...Object.entries(specification.destinations).map(([name, entry]): [string, Look] => [
      `destination ${name}`,
      () => checked(() => prepareDestination(wire(name, entry), tools)),
    ]),
  ];
}

interface Checkable {
  check(signal: AbortSignal): Promise<unknown>;
  close(): Promise<void>;
}

async function checked(prepare: () => Prepared<Checkable>): Promise<string> {
  const { reach, open } = prepare();
  const connection = await open();
  try {
    await connection.check(AbortSignal.timeout(answerMs)).catch(namingWhom(reach));
    const past = leadsPast(reach) ? '; reached past the proxy, which is for HTTP' : '';
    return `it answers, and its credentials are good${past}`;
  } finally {
    await connection.close();
  }
}

/** What the doctor prints stays here, so it may name host and port. */
function namingWhom(reach: Reach): (error: unknown) => never {
  return (error) => {
    if (error instanceof Failure && error.code.endsWith('.unreachable'))
      error.message = `${error.message} ${listedAs(reach)}`.trim();
    throw error;
  };
}

async function filesOf(folder: string): Promise<{ path: string; text: string }[]> {
  const names = await readdir(folder).catch((cause: unknown) => {
    throw new Failure(
      'CONFIG',
      'doctor.no_configuration',
      'The folder of --config can not be read. Name the one that `drawbridge apply` takes.',
      { cause },
    );
  });
  const files = names.filter((name) => /\.ya?ml$/.test(name)).toSorted();
  return Promise.all(
    files.map(async (name) => {
      const path = join(folder, name);
      return { path, text: await readFile(path, 'utf8') };
    }),
  );
}

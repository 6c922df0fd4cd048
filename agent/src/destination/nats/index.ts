import { defineDestination } from '../../connector/destination.js';
import { hostOf } from '../../connector/journey.js';
import type { Listed } from '../../connector/listing.js';
import { Failure } from '../../failure.js';
import { advice } from './advice.js';
import { Lines, secrets, settings } from './connection.js';
import { failureOfAnswer } from './failures.js';
import { announced, messageOptions } from './message-options.js';
import { SubjectTarget } from './target.js';

export default defineDestination({
  name: 'nats',
  label: 'NATS JetStream',
  client: '@nats-io/jetstream',
  settings,
  secrets,
  place: ['servers'],
  limits: { requestsPerSecond: 0, concurrency: 0 },
  objects: [
    {
      name: '*',
      label: 'Subject',
      modes: ['append'],
      removals: ['nothing'],
      firstRun: 'send',
      needsKey: false,
      options: messageOptions,
      appends: announced,
    },
  ],
  advice,
  pastProxy: true,
  hosts: ({ servers }) =>
    servers.flatMap((server) => hostOf(`http://${withPort(server.replace(/^\w+:\/\//, ''))}`)),
  open: (connection) => {
    const lines = (): Lines => new Lines(connection.settings, connection.secrets);
    const asked = async <T>(ask: (of: Lines) => Promise<T>): Promise<T> => {
      const of = lines();
      return ask(of).finally(() => of.close());
    };
    return {
      check: () => asked(checkStreams),
      open: async (request) => {
        const of = lines();
        try {
          return await SubjectTarget.open(request, of);
        } catch (error) {
          await of.close();
          throw error;
        }
      },
      list: (path) => asked((of) => listSubjects(of, path)),
      close: async () => undefined,
    };
  },
});

/** Without one, NATS' own. */
const withPort = (server: string): string => (/:\d+$/.test(server) ? server : `${server}:4222`);

async function checkStreams(lines: Lines): Promise<void> {
  const { manager } = await lines.open();
  await manager.streams
    .names()
    .next()
    .catch((error: unknown) => {
      throw failureOfAnswer(error);
    });
}

/** The subjects that streams keep, and nothing of a message. */
async function listSubjects(lines: Lines, path: readonly string[]): Promise<Listed[]> {
  const { manager } = await lines.open();
  const subjects = new Set<string>();
  try {
    for await (const { config } of manager.streams.list())
      for (const subject of config.subjects ?? []) subjects.add(subject);
  } catch (error) {
    throw failureOfAnswer(error);
  }
  const [wanted] = path;
  if (wanted === undefined)
    return [...subjects].toSorted().map((name) => ({ name, kind: 'object' }));
  if (path.length === 1 && subjects.has(wanted)) return [];
  throw new Failure('CONFIG', 'listing.missing', 'No stream keeps messages of this subject.');
}

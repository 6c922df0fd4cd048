import { AppError } from '../app-error.js';
import { runOptionsOf, type WantedRun } from '../run/run-options.js';
import type { ManyRuns } from '../job/start-runs.js';
import { BadRequest } from './check.js';
import type { Answer, Asked, Endpoint } from './endpoint.js';
import type { RestRunService } from './rest-run.service.js';
import { manyRunsBody, oneRunBody } from './wish-schema.js';

type IfLive = ManyRuns['ifLive'];
interface OneRunBody extends WantedRun {
  ifLive?: IfLive;
}
interface ManyRunsBody {
  runs: (WantedRun & { sync: string })[];
  ifLive?: IfLive;
}

/** Proxies and clients of their own accord give up after a minute. */
export const longestWaitSeconds = 50;
const runId = { type: 'string', description: 'As starting it answered.' };

/** Everything that an orchestrator can ask. */
export const runEndpoints = (runs: RestRunService): Endpoint[] => [
  {
    ...startRun,
    answer: (asked) => startOne(runs, asked),
  },
  {
    ...startManyRuns,
    answer: (asked) => startMany(runs, asked),
  },
  {
    ...getRun,
    answer: (asked) => runs.find(asked, asked.path['id'] ?? '', secondsIn(asked) * 1_000),
  },
  {
    ...cancelRun,
    answer: (asked) => runs.cancel(asked, asked.path['id'] ?? ''),
  },
];

const startRun: Omit<Endpoint, 'answer'> = {
  method: 'post',
  path: '/syncs/{name}/runs',
  operationId: 'startRun',
  summary: 'Start a run of a sync',
  permission: 'run.start',
  parameters: { name: { type: 'string', description: 'Of the sync.' } },
  body: { schema: oneRunBody, isRequired: false, example: { verify: true } },
  takesIdempotencyKey: true,
  answers: {
    201: { description: 'It is queued.', schema: 'Run' },
    200: { description: 'With ifLive: join, the run that was live.', schema: 'Run' },
  },
  problems: [404, 409, 422],
};

const startManyRuns: Omit<Endpoint, 'answer'> = {
  method: 'post',
  path: '/runs',
  operationId: 'startRuns',
  summary: 'Start runs of many syncs',
  description: 'All or none: a problem names each that can not be started, and why.',
  permission: 'run.start',
  parameters: {},
  body: {
    schema: manyRunsBody,
    isRequired: true,
    example: { runs: [{ sync: 'crm-people' }, { sync: 'app-people', full: true }], ifLive: 'join' },
  },
  takesIdempotencyKey: true,
  answers: {
    201: { description: 'They are queued, or live where ifLive is join.', schema: 'StartedRuns' },
    200: { description: 'All were live.', schema: 'StartedRuns' },
  },
  problems: [404, 409, 422],
};

const getRun: Omit<Endpoint, 'answer'> = {
  method: 'get',
  path: '/runs/{id}',
  operationId: 'getRun',
  summary: 'How a run goes, or went',
  permission: 'run.read',
  parameters: { id: runId },
  query: {
    wait: {
      type: 'integer',
      minimum: 0,
      maximum: longestWaitSeconds,
      default: 0,
      description:
        'Seconds to wait for the end of the run; it is answered at once when it ends. Look at isOver and ask again.',
    },
  },
  takesIdempotencyKey: false,
  answers: { 200: { description: 'The run as it is now.', schema: 'Run' } },
  problems: [404],
};

const cancelRun: Omit<Endpoint, 'answer'> = {
  method: 'post',
  path: '/runs/{id}/cancel',
  operationId: 'cancelRun',
  summary: 'Ask for the end of a run',
  description:
    'One that waits ends at once; otherwise its agent stops at the next safe point. Again, or too late, does nothing.',
  permission: 'run.cancel',
  parameters: { id: runId },
  takesIdempotencyKey: false,
  answers: { 200: { description: 'The run as it is now.', schema: 'Run' } },
  problems: [404],
};

async function startOne(runs: RestRunService, asked: Asked): Promise<Answer> {
  const { ifLive = 'refuse', ...wanted } = (asked.body ?? {}) as OneRunBody;
  const run = { sync: asked.path['name'] ?? '', options: runOptionsOf(wanted) };
  const { status, body, headers } = await runs.start(asked, { runs: [run], ifLive }, onlyOne);
  const { id } = body as { id: string };
  return { status, body, headers: { ...headers, location: `/api/v1/runs/${id}` } };
}

function startMany(runs: RestRunService, asked: Asked): Promise<Answer> {
  const { ifLive = 'refuse', runs: wishes } = asked.body as ManyRunsBody;
  refuseTwice(wishes.map(({ sync }) => sync));
  const wanted = wishes.map(({ sync, ...wish }) => ({ sync, options: runOptionsOf(wish) }));
  return runs.start(asked, { runs: wanted, ifLive }, (started) => ({ runs: started }));
}

/** None: it was started within a day, and is gone. */
function onlyOne([run]: readonly object[]): object {
  if (run) return run;
  throw new AppError('run.not_found', 'The run is not there any more.');
}

function refuseTwice(syncs: readonly string[]): void {
  const misfits = syncs.flatMap((sync, place) =>
    syncs.indexOf(sync) < place
      ? [{ pointer: `#/runs/${place}/sync`, detail: 'stands here twice' }]
      : [],
  );
  if (misfits.length > 0) throw new BadRequest(misfits);
}

const secondsIn = ({ query }: Asked): number => Number(query['wait'] ?? 0);

import { join } from 'node:path';
import type { RunSync, SyncSpec } from '@drawbridge/proto';
import type { DestinationDefinition, ObjectDefinition } from '../connector/destination.js';
import { readSettings } from '../connector/settings.js';
import { Failure } from '../failure.js';
import { allowed } from './allowed-sync.js';
import { runSync } from '../sync/run-sync.js';
import type { SyncRequest } from '../sync/sync-request.js';
import { prepareDestination, prepareSource } from './connections.js';
import { finishingDestination, finishingStore, lastCall } from './finishing.js';
import { wireReportOf } from './sync-report.js';
import { syncRequestOf } from './sync-request.js';
import type { AskedSync } from './sync-request.js';
import { rawSettingsOf } from './wire-settings.js';
import type { Result, Right, Tools, Work } from './work.js';

/** A run of a sync, from the wire and back to it. Throws CONFIG for what this agent can't do. */
export function prepareSync({ runId, spec, options }: RunSync, tools: Tools): Work {
  if (!spec) throw new Failure('CONFIG', 'spec.incomplete', 'The job names no sync.');
  const source = prepareSource(spec.source, tools);
  const destination = prepareDestination(spec.destination, tools);
  const asked = withOptions(syncRequestOf(spec, { runId, options }), spec, destination);
  const request = allowed(asked, source, destination);
  return {
    kind: 'run_sync',
    ids: { runId },
    run: (right) => carryOut({ request, spec, source, destination }, right, tools),
  };
}

interface Prepared {
  request: SyncRequest;
  spec: SyncSpec;
  source: ReturnType<typeof prepareSource>;
  destination: ReturnType<typeof prepareDestination>;
}

async function carryOut(prepared: Prepared, right: Right, tools: Tools): Promise<Result> {
  const { request, spec, destination } = prepared;
  if (!spec.destination) throw new Failure('CONFIG', 'spec.incomplete', 'No destination.');
  const { lease, onProgress, signal } = right;
  await using open = new AsyncDisposableStack();
  const source = open.adopt(await prepared.source.open(), (one) => one.close());
  const target = open.adopt(await destination.open(), (one) => one.close());
  const { limiter, giveBack } = tools.limiters.borrow(
    spec.destination,
    destination.definition.limits,
  );
  open.defer(giveBack);
  const ended = new AbortController();
  open.defer(() => ended.abort());
  const answered = lastCall({ stop: signal, lost: lease.signal, ended: ended.signal }, tools.clock);
  const store = open.adopt(tools.openStore(), (one) => one.close());
  const report = await runSync(request, {
    source,
    destination: finishingDestination(target, answered),
    limiter,
    store: finishingStore(store, lease.signal),
    workDir: join(tools.jobsDir, `${lease.jobId}-${lease.epoch}`),
    cacheDir: tools.cacheDir,
    memoryMiB: tools.memoryMiB,
    ...(tools.hashKey && { hashKey: tools.hashKey }),
    redact: tools.redaction.redact,
    clock: tools.clock,
    lease,
    onProgress,
    signal,
  });
  const policyDigest = tools.policy?.digest ?? '';
  return { case: 'syncReport', value: { ...wireReportOf(report), policyDigest } };
}

/** The object's options with defaults, once it is sure that the object can do what the sync asks. */
export function withOptions(
  request: AskedSync,
  spec: SyncSpec,
  { definition, place }: { definition: DestinationDefinition; place: string },
): SyncRequest {
  const object = objectOf(definition, request.object);
  const isPossible =
    object.modes.includes(request.mode) && object.removals.includes(request.onRemoved.action);
  if (!isPossible)
    throw new Failure(
      'CONFIG',
      'sync.not_possible',
      `"${definition.name}" can not do the mode or removal that this sync asks for. See its catalog.`,
    );
  const { removals } = object;
  const options = readSettings(object.options, rawSettingsOf(spec.options));
  const appends = object.appends?.(options);
  return {
    ...request,
    firstRun: request.firstRun ?? object.firstRun,
    place,
    removals,
    options,
    ...(appends && { appends }),
  };
}

function objectOf({ name, objects }: DestinationDefinition, wanted: string): ObjectDefinition {
  const object =
    objects.find((one) => one.name === wanted) ?? objects.find((one) => one.name === '*');
  if (object) return object;
  throw new Failure('CONFIG', 'sync.no_object', `"${name}" has no object of that name.`);
}

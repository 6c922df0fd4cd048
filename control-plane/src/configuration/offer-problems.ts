import { randomUUID } from 'node:crypto';
import {
  compileSync,
  encodeControlFrame,
  MappingChange,
  type PlaceOf,
  type Specification,
  type SpecProblem,
} from '@drawbridge/proto';
import { inParts } from '../in-parts.js';

/** Offers that are tried before anybody else has a turn. */
const atOnce = 50;

/** What could be written down and compiled but never said to an agent: too long for the wire, for example. */
export async function offerProblems(
  specification: Specification,
  placeOf: PlaceOf,
): Promise<SpecProblem[]> {
  const problems: SpecProblem[] = [];
  for await (const part of inParts(Object.keys(specification.syncs), atOnce))
    for (const name of part) {
      const encoded = encodeOffer(specification, name);
      if (encoded.kind === 'bytes') continue;
      const message =
        encoded.problem === 'frame.too_large'
          ? 'This sync is too large to be sent to an agent, with its query and mapping. Shorten them.'
          : `This sync can't be sent to an agent: ${encoded.where} is not allowed.`;
      const path = ['syncs', name];
      problems.push({ ...placeOf(path), code: 'spec.not_sendable', message, path });
    }
  return problems;
}

function encodeOffer(specification: Specification, name: string) {
  const spec = compileSync(specification, name, {
    workspaceId: randomUUID(),
    syncId: randomUUID(),
    version: Number.MAX_SAFE_INTEGER,
  });
  const options = { ...longestOptions, undoRunId: randomUUID() };
  const lease = { jobId: randomUUID(), epoch: 2n ** 63n - 1n };
  const value = { lease, work: { case: 'runSync', value: { runId: randomUUID(), spec, options } } };
  return encodeControlFrame({
    seq: 2n ** 63n - 1n,
    ack: 2n ** 63n - 1n,
    body: { case: 'offer', value: value as never },
  });
}

/** Whatever a run may be asked for: its sync has to be sendable with it. */
const longestOptions = {
  dryRun: true,
  full: true,
  rebaseline: true,
  verify: true,
  canary: 2n ** 31n,
  onlyRejected: true,
  acceptTypes: true,
  mappingChange: MappingChange.BACKFILL,
  approvedPlan: 'a'.repeat(64),
  expectedPlan: 'a'.repeat(64),
};

import type { Texts } from './texts.js';

const ours =
  'This is a fault of Drawbridge; nothing but what was counted as sent was recorded as sent. Run the sync again, and report the code and the text in your bucket if it stays.';

/** The agent's own means, its jobs, and faults that are ours. */
export const agentTexts: Texts = {
  'agent.disk_full': [
    'The agent’s disk is full',
    'Give the folders DRAWBRIDGE_WORK_DIR and DRAWBRIDGE_CACHE_DIR more room, or select fewer rows or columns in the model.',
  ],
  'agent.memory': [
    'The agent’s memory is too small',
    'Raise DRAWBRIDGE_MEMORY_MIB of the agent and what its container may use, or lower DRAWBRIDGE_CONCURRENCY.',
  ],
  'job.unknown': [
    'The agent does not know this kind of job',
    'The control plane is newer than the agent. Install a newer agent in the pool.',
  ],
  'job.draining': [
    'The agent was being stopped',
    'Another agent of the pool, or this one after its start, goes on from what was recorded. Run it again if it was ended for good.',
  ],
  'internal.unexpected': ['Something unexpected went wrong', ours],
  'internal.bad_code': ['A failure had no proper code', ours],
  'internal.columns': ['The source gave other columns than asked for', ours],
  'internal.compaction': ['The parts of the baseline do not add up', ours],
  'internal.duckdb': ['The agent could not compare the rows', ours],
  'internal.order': ['The rows of a plan are out of order', ours],
  'internal.outcomes': ['The connector did not answer for every row', ours],
  'internal.partition': ['A part of the rows was larger than it should be', ours],
  'internal.sums': ['The counts of the run do not add up', ours],
};

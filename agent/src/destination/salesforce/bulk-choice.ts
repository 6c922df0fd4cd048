import type { Batch, PlannedRows } from '../../connector/destination.js';
import { Failure } from '../../failure.js';
import { nullText } from './bulk-rows.js';
import type { Writing } from './writing.js';

const changes = ['added', 'changed', 'removed'] as const;

/** Which changes go by the Bulk API: as the sync says, or those of more rows than `bulkFrom`. */
export function bulkChanges(planned: PlannedRows, writing: Writing): ReadonlySet<Batch['change']> {
  const { api, bulkFrom } = writing.options;
  if (api === 'collections' || unfitness(writing) !== undefined) return new Set();
  const least = api === 'bulk' ? 0 : bulkFrom;
  return new Set(changes.filter((change) => planned[change] > least));
}

/** CONFIG where the sync asks for what jobs can't do. */
export function checkBulk(writing: Writing): void {
  const unfit = unfitness(writing);
  if (writing.options.api !== 'bulk' || unfit === undefined) return;
  throw new Failure(
    'CONFIG',
    'destination.bulk_unfit',
    'The Bulk API can not do what this sync asks for. Set options.api to auto or collections.',
    { detail: unfit },
  );
}

/**
 * Jobs know no header for duplicate rules; and without a key a row is known again in the results by all of its texts,
 * which then must be those that were read.
 */
function unfitness({ options, key, fields, constants }: Writing): string | undefined {
  if (options.duplicates === 'save') return 'options.duplicates: save';
  const nullLike = Object.values(constants)
    .flat()
    .find(({ text }) => text === nullText);
  if (nullLike) return `${nullLike.field.name}: a job takes ${nullText} for NULL`;
  const changed = fields.find((rule) => rule?.fit !== undefined || rule?.omitsNulls);
  return key === undefined && changed ? `${changed.name}, in a sync without a key` : undefined;
}

import { randomUUID } from 'node:crypto';
import { compileSync, parseSpecification } from '@drawbridge/proto';
import type { MessageInitShape, RunOptionsSchema, RunSyncSchema } from '@drawbridge/proto';

/** An offer's work as the control plane makes it: from YAML. */
export function runSyncOf(
  yaml: string,
  sync: string,
  options: MessageInitShape<typeof RunOptionsSchema> = {},
): { case: 'runSync'; value: MessageInitShape<typeof RunSyncSchema> } {
  const { specification, problems } = parseSpecification([{ path: 'test.yaml', text: yaml }]);
  if (!specification) throw new Error(JSON.stringify(problems));
  const ids = { workspaceId: randomUUID(), syncId: randomUUID(), version: 1 };
  const spec = compileSync(specification, sync, ids);
  return { case: 'runSync', value: { runId: randomUUID(), spec, options } };
}

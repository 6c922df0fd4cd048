import { Stack } from '@mantine/core';
import { CodeBlock } from '../part/code-block.js';
import { Facts } from '../part/facts.js';
import { Panel } from '../part/panel.js';
import { NextRun } from './next-run.js';
import { scheduleText } from './schedule-text.js';
import type { Sync } from './sync-query.js';

/** What the sync is, as it was applied. */
export function Definition({ sync }: { sync: Sync }) {
  const { model, destination, nextRunAt, pausedAt, schedule } = sync;
  return (
    <Panel title="Definition">
      <Stack gap="lg">
        <Facts
          facts={[
            { name: 'Source', value: model.source },
            { name: 'Model', value: model.name },
            { name: 'Primary key', value: model.primaryKey.join(', ') },
            ...(model.table ? [{ name: 'Table', value: model.table }] : []),
            { name: 'Destination', value: destination.name },
            { name: 'Object', value: sync.object },
            { name: 'Mode', value: sync.mode },
            { name: 'When a row leaves the query', value: sync.onRemoved },
            { name: 'Schedule', value: scheduleText(schedule) },
            { name: 'Next run', value: <NextRun {...{ nextRunAt, pausedAt, schedule }} /> },
            { name: 'Pool', value: destination.pool },
            { name: 'Version', value: String(sync.version) },
          ]}
        />
        {model.sql && <CodeBlock text={model.sql.trimEnd()} what="the model’s query" />}
      </Stack>
    </Panel>
  );
}

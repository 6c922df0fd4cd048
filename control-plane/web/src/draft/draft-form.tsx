import { Button, CloseButton, Group, NativeSelect, SimpleGrid, Stack } from '@mantine/core';
import { ChoiceBox } from '../connection/choice-box.js';
import { namePathOf } from '../connection/name-path.js';
import { Panel } from '../part/panel.js';
import { modes } from './draft.js';
import type { Draft, FieldDraft } from './draft.js';

interface DraftFormProps {
  draft: Draft;
  change(part: Partial<Draft>): void;
  sources: readonly string[];
  destinations: readonly string[];
}

export function DraftForm(props: DraftFormProps) {
  return (
    <Stack gap="md">
      <Panel title="What is read">
        <SimpleGrid cols={{ base: 1, sm: 3 }}>
          <SourceFields {...props} />
        </SimpleGrid>
      </Panel>
      <Panel title="Where it goes">
        <SimpleGrid cols={{ base: 1, sm: 2 }}>
          <DestinationFields {...props} />
        </SimpleGrid>
      </Panel>
      <Panel title="Which column goes where">
        <MappingFields {...props} />
      </Panel>
    </Stack>
  );
}

function SourceFields({ draft, change, sources }: DraftFormProps) {
  const { source, table, primaryKey } = draft;
  const { outer } = namePathOf(table);
  return (
    <>
      <NativeSelect
        label="Source"
        data={['', ...sources]}
        value={source}
        onChange={(event) => change({ source: event.currentTarget.value, table: '' })}
      />
      <ChoiceBox
        label="Table"
        value={table}
        change={(value) => change({ table: value })}
        inside={source ? { connection: { source }, path: outer } : undefined}
        outer={outer}
        example="marts.customers"
      />
      <ChoiceBox
        label="Primary key"
        value={primaryKey}
        change={(value) => change({ primaryKey: value })}
        inside={columnsOf(draft)}
      />
    </>
  );
}

function DestinationFields({ draft, change, destinations }: DraftFormProps) {
  const { destination, object, mode, key } = draft;
  return (
    <>
      <NativeSelect
        label="Destination"
        data={['', ...destinations]}
        value={destination}
        onChange={(event) => change({ destination: event.currentTarget.value, object: '' })}
      />
      <ChoiceBox
        label="Object"
        value={object}
        change={(value) => change({ object: value })}
        inside={destination ? { connection: { destination }, path: [] } : undefined}
        example="a table, object or channel"
      />
      <NativeSelect
        label="Mode"
        data={[...modes]}
        value={mode}
        onChange={(event) => change({ mode: event.currentTarget.value })}
      />
      <ChoiceBox
        label="Field that finds a record by the primary key"
        value={key}
        change={(value) => change({ key: value })}
        inside={fieldsOf(draft)}
      />
    </>
  );
}

function MappingFields({ draft, change }: DraftFormProps) {
  const { fields } = draft;
  const put = (at: number, part: Partial<FieldDraft>): void =>
    change({ fields: fields.map((one, n) => (n === at ? { ...one, ...part } : one)) });
  return (
    <Stack gap="sm">
      {fields.map(({ field, column }, at) => (
        // Rows have no name of their own, and none is moved.
        <Group key={at} align="flex-start" wrap="nowrap">
          <SimpleGrid cols={{ base: 1, sm: 2 }} flex={1}>
            <ChoiceBox
              label={`Column ${at + 1}`}
              value={column}
              change={(value) => put(at, { column: value })}
              inside={columnsOf(draft)}
            />
            <ChoiceBox
              label={`Field ${at + 1}`}
              value={field}
              change={(value) => put(at, { field: value })}
              inside={fieldsOf(draft)}
            />
          </SimpleGrid>
          <CloseButton
            mt={24}
            aria-label={`Remove column ${at + 1}`}
            onClick={() => change({ fields: fields.filter((_, n) => n !== at) })}
          />
        </Group>
      ))}
      <Group>
        <Button
          variant="default"
          onClick={() => change({ fields: [...fields, { field: '', column: '' }] })}
        >
          Add a column
        </Button>
      </Group>
    </Stack>
  );
}

const columnsOf = ({ source, table }: Draft) => {
  const { outer, last } = namePathOf(table);
  return source && last ? { connection: { source }, path: [...outer, last] } : undefined;
};

const fieldsOf = ({ destination, object }: Draft) =>
  destination && object ? { connection: { destination }, path: [object] } : undefined;

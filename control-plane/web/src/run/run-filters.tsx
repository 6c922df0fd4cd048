import { Button, NativeSelect, SimpleGrid, TextInput } from '@mantine/core';
import { useState } from 'react';
import { runStates, stateOf, triggers, triggerText } from './run-state.js';
import { isFiltered, runsSearchOf, type RunsSearch } from './runs-search.js';

interface RunFiltersProps {
  search: RunsSearch;
  change(search: RunsSearch): void;
}

/** What is chosen counts at once; what is written, when it is entered or left. */
export function RunFilters({ search, change }: RunFiltersProps) {
  const put = (part: RunsSearch): void => {
    const wanted = runsSearchOf({ ...search, ...part });
    if (JSON.stringify(wanted) !== JSON.stringify(search)) change(wanted);
  };
  return (
    <SimpleGrid
      component="search"
      aria-label="Which runs"
      cols={{ base: 2, sm: 3, md: 6 }}
      p="md"
      spacing="sm"
      style={{ alignItems: 'end' }}
    >
      <NameField label="Sync" value={search.sync} put={(sync) => put({ sync })} />
      <NameField
        label="Destination"
        value={search.destination}
        put={(destination) => put({ destination })}
      />
      <NativeSelect
        label="State"
        data={stateChoices(search.state)}
        value={search.state ?? ''}
        onChange={(event) => put({ state: event.currentTarget.value })}
      />
      <NativeSelect
        label="Trigger"
        data={[
          { value: '', label: 'Any' },
          ...triggers.map((value) => ({ value, label: triggerText(value) })),
        ]}
        value={search.trigger ?? ''}
        onChange={(event) => put({ trigger: event.currentTarget.value })}
      />
      <DayField label="From (UTC)" value={search.from} put={(from) => put({ from })} />
      <DayField label="Until (UTC)" value={search.until} put={(until) => put({ until })} />
      {isFiltered(search) && (
        <Button variant="subtle" onClick={() => change(runsSearchOf({}))}>
          Show all
        </Button>
      )}
    </SimpleGrid>
  );
}

interface FieldProps {
  label: string;
  value: string | undefined;
  put(value: string): void;
}

function NameField({ label, value, put }: FieldProps) {
  const [text, setText] = useState(value ?? '');
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        put(text);
      }}
    >
      <TextInput
        label={label}
        placeholder="Any"
        autoComplete="off"
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        onBlur={() => put(text)}
      />
    </form>
  );
}

/** While a year is being typed it is no day that anybody means. */
function DayField({ label, value, put }: FieldProps) {
  const [text, setText] = useState(value ?? '');
  return (
    <TextInput
      label={label}
      type="date"
      value={text}
      onChange={(event) => setText(event.currentTarget.value)}
      onBlur={() => put(text)}
    />
  );
}

const bundles: readonly { value: string; label: string }[] = [
  { value: '', label: 'Any' },
  { value: 'queued,leased,running', label: 'Under way' },
  { value: 'waiting_approval,parked', label: 'Waiting for somebody' },
  { value: 'completed_with_errors,failed', label: 'Not all well' },
];

/** What an address may ask for besides is a choice as well, so that the field says what is shown. */
function stateChoices(state = ''): { value: string; label: string }[] {
  const choices = [
    ...bundles,
    ...runStates.map((value) => ({ value, label: stateOf(value).label })),
  ];
  if (choices.some(({ value }) => value === state)) return choices;
  const label = state
    .split(',')
    .map((one) => stateOf(one).label)
    .join(', ');
  return [...choices, { value: state, label }];
}

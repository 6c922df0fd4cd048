import { Button, Group, TextInput } from '@mantine/core';
import { useState } from 'react';
import { compareSearchOf, type CompareSearch } from './compare-search.js';

interface CompareFormProps {
  from: number;
  to: number | undefined;
  compare(search: CompareSearch): void;
}

/** Any two versions, older or newer. */
export function CompareForm({ from, to, compare }: CompareFormProps) {
  const [given, setGiven] = useState({
    from: String(from),
    to: to === undefined ? '' : String(to),
  });
  const field = (name: 'from' | 'to', label: string, placeholder: string) => (
    <TextInput
      label={label}
      placeholder={placeholder}
      inputMode="numeric"
      pattern="[0-9]{1,9}"
      title="The number of a version"
      autoComplete="off"
      w={150}
      value={given[name]}
      onChange={(event) => setGiven({ ...given, [name]: event.currentTarget.value })}
    />
  );
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        compare(compareSearchOf(given));
      }}
    >
      <Group p="md" gap="sm" align="flex-end">
        {field('from', 'From version', '0')}
        {field('to', 'To version', 'the newest')}
        <Button type="submit" variant="default">
          Compare
        </Button>
      </Group>
    </form>
  );
}

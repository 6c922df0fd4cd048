import { Autocomplete, Group, Loader, Text } from '@mantine/core';
import { useEffect, useState } from 'react';
import { useListing } from './listing.js';
import type { Entry, Inside, Listing } from './listing.js';
import { joined } from './name-path.js';

interface ChoiceBoxProps {
  label: string;
  value: string;
  change(value: string): void;
  /** Where the choices are; undefined while another field must be filled in first. */
  inside: Inside | undefined;
  /** Names that choices are written behind, with dots between. */
  outer?: readonly string[];
  example?: string;
}

/** Free text, with choices that an agent is asked for when the field is entered. */
export function ChoiceBox({ label, value, change, inside, outer = [], example }: ChoiceBoxProps) {
  const { listing, ask } = useListing(inside);
  const [isEntered, setIsEntered] = useState(false);
  const place = JSON.stringify(inside);
  // Whoever writes a dot is one step further in.
  useEffect(() => {
    if (isEntered) void ask();
  }, [isEntered, place]);
  const entries = listing.kind === 'there' ? listing.entries : [];
  const byValue = new Map(entries.map((entry) => [valueOf(entry, outer), entry]));
  return (
    <Autocomplete
      label={label}
      value={value}
      onChange={change}
      onFocus={() => setIsEntered(true)}
      onBlur={() => setIsEntered(false)}
      data={[...byValue.keys()]}
      limit={200}
      placeholder={example ?? ''}
      rightSection={listing.kind === 'asked' ? <Loader size="xs" aria-hidden /> : undefined}
      renderOption={({ option }) => (
        <Choice text={option.value} entry={byValue.get(option.value)} />
      )}
      inputWrapperOrder={['label', 'input', 'description']}
      description={
        <Text
          component="span"
          inherit
          role="status"
          {...(listing.kind === 'failed' && { c: 'red' })}
        >
          {noteOf(listing, inside)}
        </Text>
      }
    />
  );
}

/** What has something inside ends in a dot, and the next look is into it. */
function valueOf({ name, kind }: Entry, outer: readonly string[]): string {
  const whole = joined(outer, name);
  return ['database', 'schema'].includes(kind) ? `${whole}.` : whole;
}

function Choice({ text, entry }: { text: string; entry: Entry | undefined }) {
  const { label, kind, type, isKey, isRequired } = entry ?? {};
  const facts = [label, type ?? kind, isKey && 'key', isRequired && 'required'].filter(Boolean);
  return (
    <Group gap="xs" justify="space-between" w="100%" wrap="nowrap">
      <span>{text}</span>
      {/* Of the option's own colour, which is another one where it is chosen. */}
      <Text size="xs" c="inherit" opacity={0.85}>
        {facts.join(' · ')}
      </Text>
    </Group>
  );
}

function noteOf(listing: Listing, inside: Inside | undefined): string {
  switch (listing.kind) {
    case 'unasked':
      return inside ? '' : 'Choices come when the field above is filled in.';
    case 'asked':
      return 'Asking an agent what is there …';
    case 'there':
      if (listing.isCutOff) return `More than these ${listing.entries.length} are there.`;
      return listing.entries.length > 0 ? '' : 'Nothing is there that this connection may see.';
    case 'failed':
      return `No choices: ${listing.sentence} Any name can be written.${listing.code ? ` (${listing.code})` : ''}`;
  }
}

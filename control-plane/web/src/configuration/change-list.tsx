import { Stack, Text, Title, VisuallyHidden } from '@mantine/core';
import classes from './change-list.module.css';
import { changeTitle, linesOf, mappingNote } from './change-words.js';

export interface Change {
  action: string;
  kind: string;
  name: string;
  difference: readonly string[];
  mapping?: string | null;
  baselineRows?: number | null;
}

/** What becomes different, entry by entry: to the eye by colour and sign, to the ear by a word before each line. */
export const ChangeList = ({ changes }: { changes: readonly Change[] }) => (
  <Stack gap="lg">
    {changes.map((change) => (
      <section key={`${change.kind} ${change.name}`} aria-label={changeTitle(change)}>
        <Title order={3} fz={15} fw={550} style={{ overflowWrap: 'anywhere' }}>
          {changeTitle(change)}
        </Title>
        <MappingNote {...change} />
        {change.difference.length > 0 && <Lines {...change} />}
      </section>
    ))}
  </Stack>
);

function MappingNote({ mapping, baselineRows }: Change) {
  const note = mappingNote(mapping, baselineRows);
  return (
    note && (
      <Text size="sm" c="var(--db-partial)">
        {note}
      </Text>
    )
  );
}

/** Scrolls, so the keyboard must reach it. */
const Lines = ({ difference, kind, name }: Change) => (
  <ul className={classes['lines']} tabIndex={0} aria-label={`Lines of the ${kind} ${name}`}>
    {linesOf(difference).map((line, at) => (
      <li key={at} data-kind={line.kind}>
        <span aria-hidden>{line.kind === 'added' ? '+' : '−'}</span>
        {line.kind === 'added' ? (
          <ins>
            <VisuallyHidden>added: </VisuallyHidden>
            {line.text}
          </ins>
        ) : (
          <del>
            <VisuallyHidden>removed: </VisuallyHidden>
            {line.text}
          </del>
        )}
      </li>
    ))}
  </ul>
);

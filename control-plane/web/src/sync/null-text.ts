const texts: Readonly<Record<string, string>> = {
  send: 'sent as NULL',
  omit: 'field is left out',
  'skip-row': 'row is skipped',
  default: 'sent as its default value',
};

/** What becomes of a field whose value is NULL. */
export function nullText({ kind, nulls }: { kind: string; nulls: string }): string {
  const isNeverNull = kind === 'constant' || kind === 'metadata';
  return isNeverNull ? '–' : (texts[nulls] ?? nulls);
}

import { countOf, countText } from '../format/number.js';

const actions: Record<string, string> = {
  create: 'Adds',
  update: 'Changes',
  remove: 'Removes',
};

/** Such as `Changes the sync customers-to-app`. */
export const changeTitle = ({ action, kind, name }: Named): string =>
  `${actions[action] ?? action} the ${kind} ${name}`;

interface Named {
  action: string;
  kind: string;
  name: string;
}

/** What a new mapping does to rows that did not change; undefined where the mapping stays. */
export function mappingNote(
  mapping: string | null | undefined,
  baselineRows: number | null | undefined,
): string | undefined {
  const rows = typeof baselineRows === 'number' ? countOf(baselineRows, 'row') : undefined;
  switch (mapping) {
    case 'backfill':
      return `The mapping changes: its next run sends every row again${rows ? `, ${rows} by its last baseline` : ''}.`;
    case 'from-now-on':
      return 'The mapping changes: rows that do not change are left as they are.';
    case 'stop':
      return 'The mapping changes: its next run stops and asks what to do with rows that did not.';
    default:
      return undefined;
  }
}

export interface DifferenceLine {
  kind: 'added' | 'removed';
  text: string;
}

/** Lines as the server gives them: + or - and the line itself. */
export const linesOf = (difference: readonly string[]): DifferenceLine[] =>
  difference.map((line) => ({
    kind: line.startsWith('-') ? 'removed' : 'added',
    text: line.slice(1),
  }));

export const changesText = (changes: number): string =>
  `${countText(changes)} ${changes === 1 ? 'entry' : 'entries'}`;

const doors: Record<string, string> = { ui: 'browser', cli: 'command line', api: 'API' };

export const doorText = (door: string): string => doors[door] ?? door;

import { runStates, triggers } from './run-state.js';

/** What the address of the list of runs says: which of them. Days are in UTC, and `until` is the last one. */
export interface RunsSearch {
  sync?: string | undefined;
  destination?: string | undefined;
  /** One or more, with commas between. */
  state?: string | undefined;
  trigger?: string | undefined;
  from?: string | undefined;
  until?: string | undefined;
}

/** What no run can have is left out: an address may come from anywhere. */
export const runsSearchOf = (search: Record<string, unknown>): RunsSearch => ({
  sync: nameIn(search['sync']),
  destination: nameIn(search['destination']),
  state: statesIn(search['state']),
  trigger: triggers.find((one) => one === search['trigger']),
  from: dayIn(search['from']),
  until: dayIn(search['until']),
});

/** As the API asks for them. */
export function runFilterOf({ destination, state, trigger, from, until }: RunsSearch) {
  return {
    destination: destination ?? null,
    states: state?.split(',') ?? [],
    trigger: trigger ?? null,
    from: from ? startOf(from) : null,
    to: until ? startOf(until, 1) : null,
  };
}

export const isFiltered = (search: RunsSearch): boolean =>
  Object.values(search).some((value) => value !== undefined);

/** A name of digits alone is a number in an address. */
function nameIn(value: unknown): string | undefined {
  const text = typeof value === 'number' ? String(value) : value;
  return typeof text === 'string' && text.trim() !== '' ? text.trim() : undefined;
}

function statesIn(value: unknown): string | undefined {
  const wanted = typeof value === 'string' ? value.split(',') : [];
  return runStates.filter((state) => wanted.includes(state)).join(',') || undefined;
}

function dayIn(value: unknown): string | undefined {
  if (typeof value !== 'string' || !/^\d{4}-\d{2}-\d{2}$/.test(value)) return undefined;
  const date = new Date(`${value}T00:00:00.000Z`);
  const isDay = !Number.isNaN(date.getTime()) && date.toISOString().startsWith(value);
  return isDay ? value : undefined;
}

function startOf(day: string, daysLater = 0): string {
  const date = new Date(`${day}T00:00:00.000Z`);
  date.setUTCDate(date.getUTCDate() + daysLater);
  return date.toISOString();
}

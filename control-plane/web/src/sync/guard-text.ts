import { countText } from '../format/number.js';

export interface GuardRow {
  name: string;
  rows: number;
  percent: number;
  action: string;
}

/** `more than 10 rows and more than 10 % of the baseline`. */
export const limitText = ({ rows, percent }: GuardRow, locale?: string): string =>
  percent > 0
    ? `more than ${countText(rows, locale)} rows and more than ${percent.toLocaleString(locale)} % of the baseline`
    : `more than ${countText(rows, locale)} rows`;

const actions: Record<string, string> = {
  stop: 'the run stops',
  withhold: 'they are withheld, the rest is sent',
  approve: 'the run waits for approval',
};

/** An action of a newer server is shown by its own name. */
export const actionText = ({ action }: GuardRow): string => actions[action] ?? action;

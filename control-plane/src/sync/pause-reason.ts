import { AppError } from '../app-error.js';

const maxLength = 300;

/** One line for people; null where there is none, and of what is resumed. */
export function pauseReasonOf(
  { reason }: { reason?: string | null },
  paused: boolean,
): string | null {
  const text = reason?.replaceAll(/\s+/gu, ' ').trim() ?? '';
  if (text.length > maxLength)
    throw new AppError(
      'pause.long_reason',
      `Say in at most ${maxLength} characters why it is paused.`,
      { field: ['input', 'reason'] },
    );
  return paused && text !== '' ? text : null;
}

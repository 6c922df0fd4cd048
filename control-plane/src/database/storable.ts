import { AppError } from '../app-error.js';

/**
 * Postgres keeps every character but U+0000, and would fail the whole statement, as if it were a fault of ours. Said at the
 * doors; deeper than any input of ours nests it does not look.
 */
export function assertStorable(value: unknown): void {
  if (!holdsNul(value, 32)) return;
  throw new AppError(
    'text.holds_nul',
    'A text holds the character U+0000, which nothing here can have. Leave it out.',
  );
}

function holdsNul(value: unknown, depth: number): boolean {
  if (typeof value === 'string') return value.includes('\0');
  if (typeof value !== 'object' || value === null || depth === 0) return false;
  return Object.entries(value).some(
    ([name, inner]) => name.includes('\0') || holdsNul(inner, depth - 1),
  );
}

import { AppError } from '../app-error.js';

/**
 * The key in the header, bare or as a structured field's string in quotes, as draft-ietf-httpapi-idempotency-key-header-07
 * (15 October 2025) writes it. Undefined when there is none. Throws AppError `rest.bad_key`.
 */
export function keyIn(header: string | string[] | undefined): string | undefined {
  if (header === undefined) return undefined;
  const text = typeof header === 'string' ? (/^"(.*)"$/.exec(header)?.[1] ?? header) : '';
  if (/^[\x20-\x7e]{1,255}$/.test(text) && text.trim() !== '') return text;
  throw new AppError('rest.bad_key', 'The Idempotency-Key can not be read.');
}

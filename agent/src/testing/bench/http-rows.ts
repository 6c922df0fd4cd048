import type { TargetField } from '../../connector/destination.js';
import { jsonValueOf, linesOf } from '../../connector/lines.js';

const field = (name: string, type: TargetField['type']): TargetField => ({
  name,
  type,
  nulls: 'send',
});

export const key = [field('id', 'integer')];
export const fields = [
  field('name', 'text'),
  field('email', 'text'),
  field('plan', 'text'),
  field('country', 'text'),
  field('seats', 'integer'),
  field('mrr', 'decimal'),
  field('score', 'float'),
  field('active', 'boolean'),
  field('born', 'date'),
  field('seen_at', 'timestamptz'),
  field('note', 'text'),
];

/** Twelve columns and about 270 bytes as JSON; NULLs and texts that need escaping among them. */
function textsOf(id: number): (string | null)[] {
  return [
    String(id),
    `Person ${id}${id % 11 === 0 ? ' Żółć 雪' : ''}`,
    id % 33 === 0 ? null : `person${id}@example.org`,
    ['free', 'team', 'business', 'enterprise'][id % 4] ?? null,
    ['DE', 'FR', 'PL', 'US', 'JP', 'BR', 'ZA'][id % 7] ?? null,
    String(id % 500),
    (((id * 7919) % 1_000_000) / 100).toFixed(2),
    String(Math.sqrt(id)),
    id % 3 === 0 ? 't' : 'f',
    `19${50 + (id % 50)}-0${1 + (id % 9)}-1${id % 10}`,
    `2020-01-01 00:00:${String(10 + (id % 50))}.123456+00`,
    id % 10 === 0 ? 'said "yes"\n\tand \\ left' : `note ${id}`,
  ];
}

/** Rows as the engine hands them on: canonical lines. */
export function linesOfRows(count: number): Uint8Array {
  const parts: Uint8Array[] = [];
  for (let from = 0; from < count; from += 10_000)
    parts.push(
      linesOf(Array.from({ length: Math.min(10_000, count - from) }, (_, n) => textsOf(from + n))),
    );
  return Buffer.concat(parts);
}

/** The same rows as a program holds them that has read them itself. */
export function recordsOfRows(count: number): Record<string, unknown>[] {
  const columns = [...key, ...fields];
  return Array.from({ length: count }, (_, id) => {
    const texts = textsOf(id);
    return Object.fromEntries(
      columns.map(({ name, type }, n) => [name, jsonValueOf(texts[n] ?? null, type)]),
    );
  });
}

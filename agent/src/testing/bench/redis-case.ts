/** One way of writing the same twelve columns of a row. */
export interface RedisCase {
  name: string;
  object: 'hash' | 'json';
  rows: number;
}

export const cases: readonly RedisCase[] = [
  { name: 'hash of 12 fields', object: 'hash', rows: 300_000 },
  { name: 'JSON text', object: 'json', rows: 300_000 },
];

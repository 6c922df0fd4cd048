import fc from 'fast-check';

/** The types that a Postgres warehouse has. `mood` is an enum that the test makes. */
export const postgresTypes = [
  'smallint',
  'integer',
  'bigint',
  'numeric',
  'numeric(12,2)',
  'real',
  'double precision',
  'boolean',
  'text',
  'varchar(20)',
  'char(4)',
  'bytea',
  'date',
  'time',
  'timetz',
  'timestamp',
  'timestamptz',
  'timestamptz(0)',
  'interval',
  'uuid',
  'json',
  'jsonb',
  'mood',
  'integer[]',
  'numeric[]',
  'text[]',
  'timestamptz[]',
  'mood[]',
  'inet',
  'int4range',
  'bit varying',
  'point',
] as const;
export type PostgresType = (typeof postgresTypes)[number];

/** A value as text that Postgres reads as the type. */
export function anyTextOf(type: PostgresType): fc.Arbitrary<string> {
  return texts[type];
}

/** Whatever Postgres can hold: everything but the character 0. */
const anyText = (maxLength: number): fc.Arbitrary<string> =>
  fc.oneof(
    fc.constantFrom('', '\\N', '\\', '\\.', 'NULL', 'null', ' ', '\t', '\n', '\r\n', '\u000b', '"', "'", '\u2028', '😀', 'e\u0301').filter((text) => text.length <= maxLength), // prettier-ignore
    fc.string({ unit: 'binary', maxLength }).map((text) => text.replaceAll('\0', '0')),
  );

const anyInteger = (bits: bigint): fc.Arbitrary<string> => {
  const most = 2n ** (bits - 1n);
  const edges = fc.constantFrom(-most, most - 1n, 0n, -1n);
  return fc.oneof(edges, fc.bigInt({ min: -most, max: most - 1n })).map(String);
};

const digits = (maxLength: number): fc.Arbitrary<string> =>
  fc
    .array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength })
    .map((list) => list.join(''));

const anyDecimal = fc.oneof(
  fc.constantFrom('NaN', 'Infinity', '-Infinity', '0', '-0', '0.00', '1.0', '1.00', '1e20', '1e-20'), // prettier-ignore
  fc.tuple(fc.constantFrom('', '-'), digits(40), digits(40)).map(([sign, a, b]) => `${sign}${a}.${b}`), // prettier-ignore
);

const numberText = (value: number): string => (Object.is(value, -0) ? '-0' : String(value));

const two = (most: number, least = 0): fc.Arbitrary<string> =>
  fc.integer({ min: least, max: most }).map((value) => String(value).padStart(2, '0'));

const micros = fc
  .oneof(fc.constantFrom(0, 1, 999_999, 100_000), fc.nat(999_999))
  .map((value) => String(value).padStart(6, '0'));
const anyTime = fc
  .tuple(two(23), two(59), two(59), micros)
  .map(([h, m, s, f]) => `${h}:${m}:${s}.${f}`);
const anyYear = fc
  .oneof(fc.constantFrom(1, 1000, 1970, 2000, 9999), fc.integer({ min: 1, max: 9999 }))
  .map((year) => String(year).padStart(4, '0'));
const anyDay = fc.tuple(anyYear, two(12, 1), two(28, 1)).map((parts) => parts.join('-'));
const anyDate = fc.oneof(
  fc.constantFrom('infinity', '-infinity', '0044-03-15 BC', '12345-06-07'),
  anyDay,
);
const anyZone = fc.constantFrom('+00', '-08', '+05:30', '+14');
const anyTimestamp = fc.oneof(
  fc.constantFrom('infinity', '-infinity', '0044-03-15 01:02:03.000001 BC', '12345-06-07 08:09:10'),
  fc.tuple(anyDay, anyTime).map(([day, time]) => `${day} ${time}`),
);
const anyTimestamptz = fc.oneof(
  fc.constantFrom('infinity', '-infinity', '12345-06-07 08:09:10+00'),
  fc.tuple(anyDay, anyTime, anyZone).map(([day, time, zone]) => `${day} ${time}${zone}`),
);
const anyInterval = fc
  .tuple(fc.integer({ min: -5000, max: 5000 }), fc.integer({ min: -5000, max: 5000 }), anyTime)
  .chain(([months, days, time]) =>
    fc.constantFrom('', '-').map((sign) => `${months} mons ${days} days ${sign}${time}`),
  );

/** What jsonb takes as well: no character 0 and no half of a pair. */
const anyJson = fc.oneof(
  fc.constantFrom('{"b": 1, "a": [2, {}]}', '12345678901234567890.10', '"\\u00e9\\n\\\\"', '{"a":1,"b":null}'), // prettier-ignore
  fc
    .jsonValue({ maxDepth: 2 })
    .map((value) => JSON.stringify(value))
    .filter((text) => !/\\u(0000|d[89a-f])/i.test(text)),
);

const anyMood = fc.constantFrom('sad', 'ok', 'so "so", \\ ż');

/** https://www.postgresql.org/docs/18/arrays.html#ARRAYS-IO (read 2026-11) */
const arrayOf = (item: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc
    .array(fc.option(item), { maxLength: 4 })
    .map((items) => `{${items.map((text) => (text === null ? 'NULL' : `"${text.replaceAll(/["\\]/g, '\\$&')}"`)).join(',')}}`); // prettier-ignore

const hex = (length: number): fc.Arbitrary<string> =>
  fc.array(fc.nat(255), { maxLength: length }).map((bytes) => Buffer.from(bytes).toString('hex'));

const texts: Record<PostgresType, fc.Arbitrary<string>> = {
  smallint: anyInteger(16n),
  integer: anyInteger(32n),
  bigint: anyInteger(64n),
  numeric: anyDecimal,
  'numeric(12,2)': fc.oneof(fc.constant('NaN'), fc.tuple(digits(9), digits(2)).map((pair) => pair.join('.'))), // prettier-ignore
  real: fc.oneof(fc.constantFrom('-0', 'NaN', '-Infinity'), fc.float().map(numberText)),
  'double precision': fc.oneof(
    fc.constantFrom('-0', '0', 'NaN', 'Infinity', '-Infinity', '0.1', '5e-324'),
    fc.double().map(numberText),
  ),
  boolean: fc.constantFrom('t', 'f'),
  text: anyText(60),
  'varchar(20)': anyText(10),
  'char(4)': anyText(2),
  bytea: hex(40).map((text) => `\\x${text}`),
  date: anyDate,
  time: fc.oneof(fc.constant('24:00:00'), anyTime),
  timetz: fc.tuple(anyTime, anyZone).map((parts) => parts.join('')),
  timestamp: anyTimestamp,
  timestamptz: anyTimestamptz,
  'timestamptz(0)': anyTimestamptz,
  interval: anyInterval,
  uuid: fc.uuid(),
  json: anyJson,
  jsonb: anyJson,
  mood: anyMood,
  'integer[]': fc.oneof(fc.constantFrom('{{1,2},{3,NULL}}', '[0:1]={1,2}', '{}'), arrayOf(anyInteger(32n))), // prettier-ignore
  'numeric[]': arrayOf(anyDecimal),
  'text[]': fc.oneof(fc.constantFrom('{NULL}', '{"NULL"}'), arrayOf(anyText(10))),
  'timestamptz[]': arrayOf(anyTimestamptz),
  'mood[]': arrayOf(anyMood),
  inet: fc.constantFrom('10.0.0.1', '10.0.0.1/8', '::1', '2001:db8::/32'),
  int4range: fc.constantFrom('empty', '[1,5)', '(,7]', '[,]'),
  'bit varying': fc.string({ unit: fc.constantFrom('0', '1'), maxLength: 20 }),
  point: fc.tuple(fc.double({ noNaN: true }), fc.double({ noNaN: true })).map(([x, y]) => `(${numberText(x)},${numberText(y)})`), // prettier-ignore
};

import { quoteText } from '../../../duck/duck.js';
import { SnowflakeError, notCovered } from '../snowflake-error.js';
import { isTimeFormat, strftimeOf, strptimeOf } from './time-format.js';
import { isMark, isWord, tokensOf } from './tokens.js';
import type { Token } from './tokens.js';
import type { Translator } from './scope.js';
import { castTo, tryCastTo, typeAt } from './types.js';

/** A call whose SQL differs by more than a macro can make of it. */
interface Call {
  args: Token[][];
  translation: Translator;
  /** ORDER BY of a WITHIN GROUP after it. */
  order?: string;
}
type Rule = (call: Call) => string;

const all = ({ args, translation }: Call): string[] => args.map((arg) => translation.sqlOf(arg));
const named = (call: Call, name: string): string | undefined => {
  const found = call.args.find((arg) => isWord(arg[0], name) && isMark(arg[1], '=>'));
  return found && call.translation.sqlOf(found.slice(2));
};

const current =
  (name: string): Rule =>
  ({ translation }) => {
    const value = translation.scope.current[name];
    return value === undefined ? 'NULL::VARCHAR' : quoteText(value);
  };

const cast =
  (make: typeof castTo): Rule =>
  ({ args: [arg = []], translation }) => {
    const as = arg.findLastIndex((token) => isWord(token, 'AS'));
    return make(typeAt(arg, as + 1).type, translation.sqlOf(arg.slice(0, as)));
  };

/** The first argument is a part of a date: a word, or the same as a text. */
const byPart =
  (make: (part: string, rest: string[]) => string): Rule =>
  ({ args: [part = [], ...rest], translation }) =>
    make(
      partOf(part[0]?.text ?? ''),
      rest.map((arg) => translation.sqlOf(arg)),
    );

const parts: Readonly<Record<string, string>> = {
  Y: 'year', YY: 'year', YYY: 'year', YYYY: 'year', YR: 'year', YEARS: 'year',
  QTR: 'quarter', Q: 'quarter', QUARTERS: 'quarter',
  MM: 'month', MON: 'month', MONS: 'month', MONTHS: 'month',
  W: 'week', WK: 'week', WEEKS: 'week', WEEKOFYEAR: 'week',
  D: 'day', DD: 'day', DAYS: 'day', DAYOFMONTH: 'day',
  H: 'hour', HH: 'hour', HR: 'hour', HOURS: 'hour', HRS: 'hour',
  MI: 'minute', M: 'minute', MIN: 'minute', MINUTES: 'minute', MINS: 'minute',
  S: 'second', SEC: 'second', SECONDS: 'second', SECS: 'second',
  MS: 'millisecond', MSEC: 'millisecond', MILLISECONDS: 'millisecond',
  US: 'microsecond', USEC: 'microsecond', MICROSECONDS: 'microsecond',
}; // prettier-ignore
const partOf = (text: string): string => parts[text.toUpperCase()] ?? text.toLowerCase();

const addition = byPart((part, [amount = 'NULL', when = 'NULL']) => {
  const [unit, times] = part === 'quarter' ? ['month', 3] : [part, 1];
  return `SF_ADD(SF_WHEN(${when}), CAST(${amount} AS INTEGER) * ${times} * INTERVAL 1 ${unit}, ${quoteText(part)})`;
});
const difference = byPart(
  (part, [from = 'NULL', to = 'NULL']) =>
    `date_diff(${quoteText(part)}, SF_WHEN(${from}), SF_WHEN(${to}))`,
);

/** With a format that is written out; one that comes of a column can't be read ahead. */
const formatted: Rule = (call) => {
  const [value = 'NULL', format] = all(call);
  if (format === undefined) return `TO_VARCHAR(${value})`;
  const token = call.args[1]?.[0];
  if (token?.kind !== 'text' || call.args[1]?.length !== 1)
    throw notCovered('a format that is not a text');
  if (isTimeFormat(token.text)) return `SF_FORMAT(${value}, ${quoteText(strftimeOf(token.text))})`;
  const bytes = token.text.toUpperCase();
  if (bytes === 'HEX') return `hex(${value})`;
  if (bytes === 'BASE64') return `to_base64(${value})`;
  if (bytes === 'UTF-8' || bytes === 'UTF8') return `decode(${value})`;
  if (/^(FM)?X+$/.test(bytes)) return `to_hex(CAST(${value} AS HUGEINT))`;
  if (bytes === 'TME') return `format('{:.16e}', CAST(${value} AS DOUBLE))`;
  if (/^TM9?$/.test(bytes)) return `TO_VARCHAR(${value})`;
  throw notCovered(`format ${token.text}`);
};

const read =
  (name: string, held: string): Rule =>
  (call) => {
    const [value = 'NULL', format] = all(call);
    const token = call.args[1]?.[0];
    if (format === undefined || (token?.kind === 'text' && token.text.toUpperCase() === 'AUTO'))
      return `${name}(${value})`;
    if (token?.kind === 'number') return `${name}(${value}::DECIMAL(38,0) / 1e${token.text})`;
    if (token?.kind !== 'text') throw notCovered('a format that is not a text');
    return `${name}(strptime(${value}, ${quoteText(strptimeOf(token.text))})::${held})`;
  };

const number =
  (name: string): Rule =>
  (call) => {
    const [value = 'NULL', ...sizes] = all(call);
    const [precision = '38', scale = '0'] = sizes.filter((size) => /^\d+$/.test(size));
    return name.startsWith('TRY')
      ? `TRY_CAST(${value} AS DECIMAL(${precision},${scale}))`
      : `CAST(${value} AS DECIMAL(${precision},${scale}))`;
  };

const object: Rule = (call) => {
  const given = all(call);
  const members = given.flatMap((key, n) =>
    n % 2 ? [] : [`SF_MEMBER(${key}, ${given[n + 1] ?? 'NULL'})`],
  );
  return `SF_OBJECT([${members.join(', ')}]::VARCHAR[])`;
};

const table: Rule = (call) => {
  const [inside = []] = call.args;
  const name = inside.findLast(
    (token, n) => token.kind === 'word' && isMark(inside[n + 1], '('),
  )?.text;
  const { scope } = call.translation;
  const first = inside.find((token) => token.kind === 'word')?.text;
  if (first === 'GENERATOR') return call.translation.sqlOf(inside);
  if (first === 'FLATTEN') return call.translation.sqlOf(inside);
  if (name?.startsWith('QUERY_HISTORY')) return `(${scope.history()})`;
  if (first === 'RESULT_SCAN') {
    const id = inside.find(({ kind }) => kind === 'text')?.text ?? '';
    const query = scope.results.get(id);
    if (query === undefined)
      throw new SnowflakeError('000709', '02000', `Statement ${id} not found`);
    return `(${query})`;
  }
  throw notCovered(`table function ${name ?? ''}`);
};

const flatten: Rule = (call) => {
  const input = named(call, 'INPUT') ?? call.translation.sqlOf(call.args[0] ?? []);
  return `(SELECT 1 AS SEQ, e.KEY, e.PATH, e.INDEX, e.VALUE, SF_JSON(${input}) AS THIS FROM (SELECT unnest(SF_ELEMENTS(SF_JSON(${input}))) AS e))`;
};

export const calls: Readonly<Record<string, Rule | undefined>> = {
  CAST: cast(castTo),
  TRY_CAST: cast(tryCastTo),
  DATEADD: addition,
  TIMEADD: addition,
  TIMESTAMPADD: addition,
  DATEDIFF: difference,
  TIMEDIFF: difference,
  TIMESTAMPDIFF: difference,
  DATE_PART: byPart((part, [when = 'NULL']) => partFrom(part, when)),
  DATE_TRUNC: byPart((part, [when = 'NULL']) => `date_trunc(${quoteText(part)}, SF_WHEN(${when}))`),
  TO_VARCHAR: formatted,
  TO_CHAR: formatted,
  TO_DATE: read('TO_DATE', 'DATE'),
  DATE: read('TO_DATE', 'DATE'),
  TO_TIMESTAMP: read('TO_TIMESTAMP_NTZ', 'TIMESTAMP'),
  TO_TIMESTAMP_NTZ: read('TO_TIMESTAMP_NTZ', 'TIMESTAMP'),
  TO_TIMESTAMP_LTZ: read('TO_TIMESTAMP_LTZ', 'TIMESTAMPTZ'),
  TO_TIMESTAMP_TZ: read('TO_TIMESTAMP_TZ', 'TIMESTAMPTZ'),
  TO_NUMBER: number('TO_NUMBER'),
  TO_DECIMAL: number('TO_NUMBER'),
  TO_NUMERIC: number('TO_NUMBER'),
  TRY_TO_NUMBER: number('TRY_TO_NUMBER'),
  TO_JSON: (call) => `CAST(SF_JSON(${all(call)[0] ?? 'NULL'}) AS VARCHAR)`,
  OBJECT_CONSTRUCT: object,
  ARRAY_CONSTRUCT: (call) => `SF_ARRAY([${all(call).map((sql) => `SF_VARIANT_TEXT(${sql})`).join(', ')}]::VARCHAR[])`,
  DECODE: (call) => {
    const [value = 'NULL', ...pairs] = all(call);
    const last = pairs.length % 2 ? pairs.pop() : undefined;
    const cases = pairs.flatMap((key, n) => (n % 2 ? [] : [`WHEN ${value} IS NOT DISTINCT FROM ${key} THEN ${pairs[n + 1] ?? 'NULL'}`]));
    return `(CASE ${cases.join(' ')} ELSE ${last ?? 'NULL'} END)`;
  },
  TABLE: table,
  FLATTEN: flatten,
  GENERATOR: (call) => {
    const rows = named(call, 'ROWCOUNT') ?? (named(call, 'TIMELIMIT') ? '1000000000000000' : '0');
    return `(SELECT NULL AS "GENERATED" FROM range(${rows}))`;
  },
  IDENTIFIER: ({ args: [[token] = [] as Token[]], translation }) =>
    token?.kind === 'text' ? translation.sqlOf(tokensOf(token.text)) : translation.sqlOf(token ? [token] : []),
  CURRENT_USER: current('USER'),
  CURRENT_ROLE: current('ROLE'),
  CURRENT_WAREHOUSE: current('WAREHOUSE'),
  CURRENT_DATABASE: current('DATABASE'),
  CURRENT_SCHEMA: current('SCHEMA'),
  CURRENT_SESSION: current('SESSION'),
  CURRENT_ACCOUNT: current('ACCOUNT'),
  CURRENT_ACCOUNT_NAME: current('ACCOUNT'),
  CURRENT_ORGANIZATION_NAME: current('ORGANIZATION'),
  CURRENT_REGION: current('REGION'),
  CURRENT_VERSION: current('VERSION'),
  CURRENT_STATEMENT: current('STATEMENT'),
  CURRENT_CLIENT: current('CLIENT'),
  CURRENT_IP_ADDRESS: current('ADDRESS'),
  LAST_QUERY_ID: current('LAST_QUERY'),
  CURRENT_TIMESTAMP: () => 'now()',
  GETDATE: () => 'now()',
  SYSDATE: () => `timezone('UTC', now())`,
  LOCALTIMESTAMP: () => 'now()',
  CURRENT_DATE: () => 'CAST(now() AS DATE)',
  CURRENT_TIME: () => 'CAST(now() AS TIME)',
  SYSTEM$TYPEOF: (call) => `SF_TYPEOF(${all(call)[0] ?? 'NULL'})`,
  SYSTEM$WAIT: (call) => quoteText(`waited ${all(call)[0] ?? '0'} ${(call.args[1]?.[0]?.text ?? 'seconds').toLowerCase()}`),
  SEQ1: () => '(row_number() OVER () - 1)',
  SEQ2: () => '(row_number() OVER () - 1)',
  SEQ4: () => '(row_number() OVER () - 1)',
  SEQ8: () => '(row_number() OVER () - 1)',
  RANDOM: () => 'CAST((random() - 0.5) * 1.8e19 AS BIGINT)',
  RANDSTR: (call) => `SF_RANDSTR(CAST(${all(call)[0] ?? '0'} AS BIGINT), random())`,
  UNIFORM: (call) => {
    const [low = '0', high = '1'] = all(call);
    return `CAST(floor(random() * (${high} - ${low} + 1) + ${low}) AS BIGINT)`;
  },
  TYPEOF: (call) => `SF_VARIANT_TYPE(${all(call)[0] ?? 'NULL'})`,
  ARRAY_AGG: (call) => `SF_ARRAY_OF(to_json(list(SF_JSON(${all(call)[0] ?? 'NULL'}) ${call.order ?? ''})))`,
  LISTAGG: (call) => {
    const order = call.order ?? '';
    const [value = 'NULL', between = "''"] = all(call);
    return `string_agg(${value}, ${between} ${order})`;
  },
}; // prettier-ignore

function partFrom(part: string, when: string): string {
  if (part === 'epoch_second' || part === 'epoch')
    return `CAST(floor(epoch(SF_WHEN(${when}))) AS BIGINT)`;
  if (part === 'epoch_millisecond') return `epoch_ms(SF_WHEN(${when}))`;
  if (part === 'epoch_microsecond') return `epoch_us(SF_WHEN(${when}))`;
  if (part === 'epoch_nanosecond') return `(epoch_us(SF_WHEN(${when})) * 1000)`;
  return `date_part(${quoteText(part)}, SF_WHEN(${when}))`;
}

/** Words that are calls without parentheses. */
export const constants: Readonly<
  Record<string, ((translation: Translator) => string) | undefined>
> = Object.fromEntries(
  ['CURRENT_TIMESTAMP', 'CURRENT_DATE', 'CURRENT_TIME', 'LOCALTIMESTAMP', 'CURRENT_USER'].map(
    (name) => [name, (translation: Translator) => calls[name]?.({ args: [], translation }) ?? ''],
  ),
);

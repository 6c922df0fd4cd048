/**
 * What Snowflake answers when it refuses: HTTP 200 with `success: false`, its own code and, for statements, an SQL state.
 * Codes and texts are those of docs.snowflake.com and of the driver's public tests (read November 2026).
 */
export class SnowflakeError extends Error {
  override readonly name = 'SnowflakeError';

  constructor(
    readonly code: string,
    readonly sqlState: string,
    message: string,
    /** The status of the HTTP answer; tokens that are no tokens are refused with 401. */
    readonly status = 200,
  ) {
    super(message);
  }
}

const compilation = 'SQL compilation error:\n';

export const missingObject = (kind: string, name: string): SnowflakeError =>
  new SnowflakeError(
    '002003',
    kind === 'Object' || kind === 'Table' || kind === 'View' ? '42S02' : '02000',
    `${compilation}${kind} '${name}' does not exist or not authorized.`,
  );

export const existsAlready = (name: string): SnowflakeError =>
  new SnowflakeError('002002', '42710', `${compilation}Object '${name}' already exists.`);

export const syntaxError = (word: string, at: { line: number; position: number }): SnowflakeError =>
  new SnowflakeError(
    '001003',
    '42000',
    `${compilation}syntax error line ${at.line} at position ${at.position} unexpected '${word}'.`,
  );

export const notAllowed = (what: string): SnowflakeError =>
  new SnowflakeError(
    '003001',
    '42501',
    `SQL access control error:\nInsufficient privileges to operate on ${what}.`,
  );

export const canceled = (): SnowflakeError =>
  new SnowflakeError('000604', '57014', 'SQL execution canceled');

export const timedOut = (seconds: number): SnowflakeError =>
  new SnowflakeError(
    '000630',
    '57014',
    `Statement reached its statement or warehouse timeout of ${seconds} second(s) and was canceled.`,
  );

/** What the real service has and this one has not. */
export const notCovered = (what: string): SnowflakeError =>
  new SnowflakeError('000002', '0A000', `Unsupported feature '${what}'.`);

/** DuckDB's refusals in Snowflake's words; `sql` is the statement as it was sent. */
export function translatedError(error: unknown, sql: string): unknown {
  if (error instanceof SnowflakeError || !(error instanceof Error)) return error;
  for (const [pattern, make] of translations) {
    const match = pattern.exec(error.message);
    if (match) return make(match[1] ?? '', sql);
  }
  return new SnowflakeError('000603', 'XX000', `SQL execution internal error: ${error.message}`);
}

type Make = (found: string, sql: string) => SnowflakeError;

const atWord: Make = (word, sql) =>
  word
    ? syntaxError(word, placeOf(word, sql))
    : syntaxError('<EOF>', placeOf(sql.trimEnd().at(-1) ?? '', sql));

const invalidIdentifier: Make = (name, sql) => {
  const { line, position } = placeOf(name, sql);
  return new SnowflakeError(
    '000904',
    '42000',
    `SQL compilation error: error line ${line} at position ${position}\ninvalid identifier '${name.toUpperCase()}'`,
  );
};

const value =
  (code: string, sqlState: string, say: (value: string) => string): Make =>
  (found) =>
    new SnowflakeError(code, sqlState, say(found));

/** The first that fits holds. A message that our own macros give begins with its code. */
const translations: readonly (readonly [RegExp, Make])[] = [
  [/(\d{6}\/\w{5}\/[^\n]+)/, (found) => ownError(found)],
  [/INTERRUPT/i, () => canceled()],
  [/syntax error at or near "([^"]*)"/, atWord],
  [/syntax error at end of input/, (_, sql) => atWord('', sql)],
  [/Parser Error: ([^\n]*)/, (_, sql) => atWord('', sql)],
  [/(?:Table|View) with name "?([^"\s]+)"? already exists/, (name) => existsAlready(upper(name))],
  [
    /(?:Schema|Type|Sequence) with name "?([^"\s]+)"? already exists/,
    (n) => existsAlready(upper(n)),
  ],
  [/Existing object (\S+) is of type/, (name) => existsAlready(upper(name))],
  [
    /Table with name "([^"]+)" does not exist because schema/,
    (name) => missingObject('Object', upper(name)),
  ],
  [
    /(?:Table|View) with name "?([^"\s]+?)"? does not exist/,
    (name) => missingObject('Object', upper(name)),
  ],
  [
    /Schema with name "?([^"\s]+?)"? does not exist/,
    (name) => missingObject('Schema', upper(name)),
  ],
  [/Catalog "([^"]+)" does not exist/, (name) => missingObject('Database', upper(name))],
  [
    /(?:Function|Macro) with name "?([^"\s]+)"? (?:does not exist|is not in the catalog)/,
    value('002140', '42601', (name) => `${compilation}Unknown function ${upper(name)}`),
  ],
  [/Referenced table "([^"]+)" not found/, invalidIdentifier],
  [/Referenced column "([^"]+)" (?:was )?not found/, invalidIdentifier],
  [/does not have a column named "([^"]+)"/, invalidIdentifier],
  [/Cannot extract field '([^']+)'/, invalidIdentifier],
  [/column "?([^"\s]+)"? (?:does not exist|not found)/i, invalidIdentifier],
  [
    /Ambiguous reference to column name "([^"]+)"/,
    value('002028', '42601', (name) => `${compilation}ambiguous column name '${upper(name)}'`),
  ],
  [
    /column "([^"]+)" must appear in the GROUP BY/,
    value(
      '000979',
      '42601',
      (name) => `${compilation}'${upper(name)}' is not a valid group by expression`,
    ),
  ],
  [
    /NOT NULL constraint failed/,
    value('100072', '22000', () => 'NULL result in a non-nullable column'),
  ],
  [
    /string ['"](.*)['"] to (?:U?INT|DECIMAL|DOUBLE|FLOAT)/s,
    value('100038', '22018', (found) => `Numeric value '${found}' is not recognized`),
  ],
  [
    /string ['"](.*)['"] to BOOL/s,
    value('100037', '22018', (found) => `Boolean value '${found}' is not recognized`),
  ],
  [
    /(?:date field|date) (?:format|value).*?"(.*?)"/s,
    value('100040', '22007', (found) => `Date '${found}' is not recognized`),
  ],
  [
    /timestamp field.*?"(.*?)"/s,
    value('100035', '22007', (found) => `Timestamp '${found}' is not recognized`),
  ],
  [
    /time field.*?"(.*?)"/s,
    value('100108', '22007', (found) => `Time '${found}' is not recognized`),
  ],
  [
    /with value (\S+) can't be cast|(?:Could not cast value|Casting value) "?(\S+?)"? /,
    value('100132', '22003', (found) => `Number out of representable range: ${found}`),
  ],
  [/Overflow in/, value('100046', '22003', () => 'Number out of representable range')],
  [/Malformed JSON/, value('100069', '22P02', () => 'Error parsing JSON')],
  [
    /table (\S+) has (\d+) columns? but/i,
    value('002057', '22000', () => `${compilation}Insert value list does not match column list`),
  ],
  [/Binder Error: ([^\n]*)/, value('001044', '42P13', (found) => `${compilation}error: ${found}`)],
];

function ownError(found: string): SnowflakeError {
  const [code = '', sqlState = '', ...message] = found.split('/');
  return new SnowflakeError(code, sqlState, message.join('/'));
}

const upper = (name: string): string => name.toUpperCase();

/** Lines count from one and positions from zero, as Snowflake counts. */
function placeOf(word: string, sql: string): { line: number; position: number } {
  const at = Math.max(0, sql.toUpperCase().indexOf(word.toUpperCase()));
  const before = sql.slice(0, at).split('\n');
  return { line: before.length, position: before.at(-1)?.length ?? 0 };
}

import { array, object, zoned } from './types.js';

const typeIs = (type: string): string => `WHEN '${type}' THEN`;
const Z = `try_cast(x AS ${zoned})`;
/** Their types are said, or a NULL without a type would take them away. */
const T = `CAST((${Z}).t AS TIMESTAMP)`;
const O = `CAST((${Z}).o AS INTEGER)`;
const J = `try_cast(x AS JSON)`;
/**
 * A macro that takes its argument once, by way of a list of one: to write it wherever it is looked at would make the SQL of a
 * few nested calls too large to be planned.
 */
function once(name: string, body: string): string {
  const taken = `of_${name.toLowerCase()}`;
  return `${name}(x) AS list_transform([x], lambda ${taken}: ${body.replace(/\bx\b/g, taken)})[1]`;
}

/** The same with a second argument, which is a constant. */
function onceBy(name: string, second: string, body: string): string {
  return once(name, body).replace('(x)', `(x, ${second})`);
}

/**
 * Snowflake's functions that DuckDB has not, or has otherwise. A macro knows the type of what it gets by `typeof`, whose
 * other branches DuckDB leaves out; `try_cast` makes them fit the type without ever being asked.
 */
export const macros: readonly string[] = [
  once(
    'SF_JSON',
    `CASE typeof(x) ${typeIs('JSON')} ${J}
     ${typeIs(object)} (try_cast(x AS ${object}))."object" ${typeIs(array)} (try_cast(x AS ${array}))."array"
     ${typeIs('GEOMETRY')} SF_GEOJSON(x::VARCHAR)::JSON
     ELSE CASE WHEN typeof(x) IN ('DATE', 'TIMESTAMP', 'TIMESTAMP WITH TIME ZONE', '${zoned}', 'BLOB', 'TIME') THEN to_json(TO_VARCHAR(x)) ELSE to_json(x) END END`,
  ),
  `SF_VARIANT_TEXT(x) AS CAST(CASE WHEN x IS NULL THEN 'undefined' ELSE SF_JSON(x)::VARCHAR END AS VARCHAR)`,
  `SF_ARRAY(list) AS SF_ARRAY_OF(('[' || array_to_string(list_transform(list, lambda e: CASE WHEN e = 'undefined' THEN 'null' ELSE e END), ',') || ']')::JSON)`,
  `SF_OBJECT_OF(j) AS {'object': j, 'o': NULL::SMALLINT}`,
  `SF_ARRAY_OF(j) AS {'array': j, 'o': NULL::SMALLINT}`,
  `SF_MEMBER(k, v) AS CASE WHEN k IS NULL OR v IS NULL THEN NULL ELSE to_json(k::VARCHAR)::VARCHAR || ':' || SF_JSON(v)::VARCHAR END`,
  `SF_OBJECT(list) AS SF_OBJECT_OF(('{' || array_to_string(list_filter(list, lambda m: m IS NOT NULL), ',') || '}')::JSON)`,
  `SF_PATH(x, p) AS json_extract(SF_JSON(x), p)`,
  `GET(x, i) AS json_extract(SF_JSON(x), CASE typeof(i) WHEN 'VARCHAR' THEN '$."' || i || '"' ELSE '$[' || i || ']' END)`,
  `GET_PATH(x, p) AS json_extract(SF_JSON(x), '$.' || p)`,
  once(
    'SF_TEXT',
    `CASE typeof(x) ${typeIs('JSON')} json_extract_string(${J}, '$') ELSE x::VARCHAR END`,
  ),
  `SF_FLOAT(d, s) AS CASE WHEN isnan(d) THEN 'NaN' WHEN isinf(d) THEN s WHEN ends_with(s, '.0') THEN left(s, len(s) - 2) ELSE s END`,

  `SF_LOCAL(x) AS CAST(SF_LOCAL_TEXT(SF_TEXT(x)) AS TIMESTAMP)`,
  `SF_OFFSET(x) AS CAST(nullif(SF_OFFSET_TEXT(SF_TEXT(x)), '') AS INTEGER)`,
  `SF_ZONE() AS current_setting('TimeZone')`,
  once(
    'TO_TIMESTAMP_NTZ',
    `CASE typeof(x) ${typeIs('TIMESTAMP')} try_cast(x AS TIMESTAMP) ${typeIs('TIMESTAMP_NS')} try_cast(x AS TIMESTAMP)
     ${typeIs('DATE')} try_cast(x AS TIMESTAMP) ${typeIs('TIMESTAMP WITH TIME ZONE')} timezone(SF_ZONE(), try_cast(x AS TIMESTAMPTZ))
     ${typeIs(zoned)} ${T} + to_minutes(${O}) ${typeIs('TIME')} TIMESTAMP '1970-01-01' + try_cast(x::VARCHAR AS INTERVAL) ELSE SF_LOCAL(x) END`,
  ),
  once(
    'SF_TO_NANOSECONDS',
    `CASE typeof(x) ${typeIs('VARCHAR')} CAST(x::VARCHAR AS TIMESTAMP_NS) ${typeIs('TIMESTAMP_NS')} try_cast(x AS TIMESTAMP_NS) ELSE CAST(TO_TIMESTAMP_NTZ(x) AS TIMESTAMP_NS) END`,
  ),
  once(
    'SF_INSTANT',
    `CASE typeof(x) ${typeIs('TIMESTAMP WITH TIME ZONE')} timezone('UTC', try_cast(x AS TIMESTAMPTZ)) ${typeIs(zoned)} ${T}
     ELSE CASE WHEN typeof(x) IN ('TIMESTAMP', 'TIMESTAMP_NS', 'DATE') OR SF_OFFSET(x) IS NULL THEN timezone('UTC', timezone(SF_ZONE(), TO_TIMESTAMP_NTZ(x))) ELSE SF_LOCAL(x) - to_minutes(SF_OFFSET(x)) END END`,
  ),
  once(
    'TO_TIMESTAMP_LTZ',
    `CASE typeof(x) ${typeIs('TIMESTAMP WITH TIME ZONE')} try_cast(x AS TIMESTAMPTZ) ELSE timezone('UTC', SF_INSTANT(x)) END`,
  ),
  `SF_ZONED(t, minutes) AS CASE WHEN t IS NULL THEN NULL ELSE {'t': t, 'o': CAST(coalesce(minutes, date_part('timezone', timezone('UTC', t)) / 60) AS SMALLINT)} END`,
  once(
    'TO_TIMESTAMP_TZ',
    `CASE typeof(x) ${typeIs(zoned)} ${Z}
     ELSE SF_ZONED(SF_INSTANT(x), CASE WHEN typeof(x) IN ('VARCHAR', 'JSON') THEN SF_OFFSET(x) END) END`,
  ),
  `SF_WHEN(x) AS TO_TIMESTAMP_NTZ(x)`,
  `SF_ADD(x, amount, part) AS x + amount`,
  once(
    'TO_DATE',
    `CASE typeof(x) ${typeIs('VARCHAR')} coalesce(try_cast(x AS DATE), CAST(SF_DAY_TEXT(x::VARCHAR) AS DATE)) ${typeIs('DATE')} try_cast(x AS DATE)
     ELSE CAST(TO_TIMESTAMP_NTZ(x) AS DATE) END`,
  ),
  once(
    'TO_TIME',
    `CASE typeof(x) ${typeIs('TIME')} try_cast(x AS TIME) ELSE CASE WHEN typeof(x) IN ('VARCHAR', 'JSON') THEN CAST(SF_TIME_TEXT(SF_TEXT(x)) AS TIME) ELSE CAST(TO_TIMESTAMP_NTZ(x) AS TIME) END END`,
  ),
  once(
    'TO_BOOLEAN',
    `CASE typeof(x) ${typeIs('BOOLEAN')} try_cast(x AS BOOLEAN) ELSE CASE lower(SF_TEXT(x)) WHEN 'true' THEN true WHEN 't' THEN true WHEN 'yes' THEN true WHEN 'y' THEN true
     WHEN 'on' THEN true WHEN '1' THEN true WHEN 'false' THEN false WHEN 'f' THEN false WHEN 'no' THEN false WHEN 'n' THEN false WHEN 'off' THEN false WHEN '0' THEN false
     ELSE CASE WHEN x IS NULL THEN NULL WHEN try_cast(SF_TEXT(x) AS DOUBLE) IS NOT NULL THEN try_cast(SF_TEXT(x) AS DOUBLE) <> 0 ELSE error('100037/22018/Boolean value ''' || SF_TEXT(x) || ''' is not recognized') END END END`,
  ),
  once(
    'SF_TO_DOUBLE',
    `CASE typeof(x) ${typeIs('DOUBLE')} try_cast(x AS DOUBLE) ELSE CAST(SF_TEXT(x) AS DOUBLE) END`,
  ),
  `TO_DOUBLE(x) AS SF_TO_DOUBLE(x)`,
  `TO_BINARY(x) AS (CASE typeof(x) ${typeIs('BLOB')} try_cast(x AS BLOB) ELSE unhex(x::VARCHAR) END), (x, f) AS (CASE upper(f) WHEN 'HEX' THEN unhex(x::VARCHAR) WHEN 'BASE64' THEN from_base64(x::VARCHAR) ELSE encode(x::VARCHAR) END)`,
  `TO_VARIANT(x) AS SF_JSON(x)`,
  once(
    'TO_OBJECT',
    `CASE typeof(x) ${typeIs(object)} try_cast(x AS ${object}) ELSE CASE WHEN SF_JSON(x) IS NULL THEN NULL ELSE SF_OBJECT_OF(SF_JSON(x)) END END`,
  ),
  once(
    'TO_ARRAY',
    `CASE typeof(x) ${typeIs(array)} try_cast(x AS ${array}) ELSE CASE WHEN SF_JSON(x) IS NULL THEN NULL WHEN json_type(SF_JSON(x)) = 'ARRAY' THEN SF_ARRAY_OF(SF_JSON(x)) ELSE SF_ARRAY_OF(json_array(SF_JSON(x))) END END`,
  ),
  once(
    'TO_GEOGRAPHY',
    `CASE typeof(x) ${typeIs('GEOMETRY')} try_cast(x AS GEOMETRY) ELSE CAST(SF_WKT(SF_TEXT(x)) AS GEOMETRY) END`,
  ),
  `ST_GEOGRAPHYFROMTEXT(x) AS TO_GEOGRAPHY(x)`,
  `ST_GEOGFROMTEXT(x) AS TO_GEOGRAPHY(x)`,
  `ST_MAKEPOINT(x, y) AS CAST('POINT(' || x || ' ' || y || ')' AS GEOMETRY)`,
  `ST_POINT(x, y) AS ST_MAKEPOINT(x, y)`,
  `ST_ASWKT(x) AS replace(replace(x::VARCHAR, ' (', '('), ', ', ',')`,
  `ST_ASTEXT(x) AS ST_ASWKT(x)`,
  `ST_ASGEOJSON(x) AS CASE WHEN x IS NULL THEN NULL ELSE SF_OBJECT_OF(SF_GEOJSON(x::VARCHAR)::JSON) END`,

  `SF_CUT(s, f) AS CASE WHEN NOT regexp_matches(f, '~\\d~') THEN s ELSE regexp_replace(s, '(\\d{' || regexp_extract(f, '~(\\d)~', 1) || '})\\d*~\\d~', '\\1', 'g') END`,
  `SF_MARKS(s, f, minutes) AS CASE WHEN NOT contains(f, '~H~') THEN SF_CUT(s, f) ELSE replace(replace(SF_CUT(s, f),
     '~H~', (CASE WHEN minutes < 0 THEN '-' ELSE '+' END) || lpad((abs(minutes) // 60)::VARCHAR, 2, '0')), '~M~', lpad((abs(minutes) % 60)::VARCHAR, 2, '0')) END`,
  onceBy(
    'SF_FORMAT',
    'f',
    `CASE typeof(x) ${typeIs('DATE')} strftime(try_cast(x AS DATE), f)
     ${typeIs('TIMESTAMP_NS')} replace(strftime(try_cast(x AS TIMESTAMP), replace(f, '%f000', '~N~')), '~N~', lpad((epoch_ns(try_cast(x AS TIMESTAMP_NS)) % 1000000000)::VARCHAR, 9, '0'))
     ${typeIs('TIMESTAMP')} SF_CUT(strftime(try_cast(x AS TIMESTAMP), f), f)
     ELSE SF_MARKS(strftime(TO_TIMESTAMP_NTZ(x), f), f, CASE typeof(x) ${typeIs(zoned)} ${O}::BIGINT ${typeIs('TIMESTAMP WITH TIME ZONE')} date_part('timezone', try_cast(x AS TIMESTAMPTZ)) // 60 ELSE 0 END) END`,
  ),
  once(
    'TO_VARCHAR',
    `CASE typeof(x) ${typeIs('VARCHAR')} x::VARCHAR ${typeIs('DOUBLE')} SF_FLOAT(try_cast(x AS DOUBLE), format('{:.15g}', try_cast(x AS DOUBLE)))
     ${typeIs('JSON')} json_extract_string(${J}, '$') ${typeIs(object)} (try_cast(x AS ${object}))."object"::VARCHAR ${typeIs(array)} (try_cast(x AS ${array}))."array"::VARCHAR
     ${typeIs('BLOB')} hex(try_cast(x AS BLOB)) ${typeIs('GEOMETRY')} SF_GEOJSON(x::VARCHAR) ${typeIs('DATE')} strftime(try_cast(x AS DATE), getvariable('DATE_OUTPUT_FORMAT'))
     ${typeIs('TIMESTAMP')} SF_CUT(strftime(try_cast(x AS TIMESTAMP), getvariable('TIMESTAMP_NTZ_OUTPUT_FORMAT')), getvariable('TIMESTAMP_NTZ_OUTPUT_FORMAT'))
     ${typeIs('TIMESTAMP WITH TIME ZONE')} SF_MARKS(strftime(timezone(SF_ZONE(), try_cast(x AS TIMESTAMPTZ)), getvariable('TIMESTAMP_LTZ_OUTPUT_FORMAT')), getvariable('TIMESTAMP_LTZ_OUTPUT_FORMAT'), date_part('timezone', try_cast(x AS TIMESTAMPTZ)) // 60)
     ${typeIs(zoned)} SF_MARKS(strftime(${T} + to_minutes(${O}), getvariable('TIMESTAMP_TZ_OUTPUT_FORMAT')), getvariable('TIMESTAMP_TZ_OUTPUT_FORMAT'), ${O}) ELSE x::VARCHAR END`,
  ),

  once(
    'PARSE_JSON',
    `CASE WHEN x IS NULL THEN NULL WHEN json_valid(x::VARCHAR) THEN x::VARCHAR::JSON ELSE SF_PARSE_JSON(x::VARCHAR) END`,
  ),
  `TRY_PARSE_JSON(x) AS CASE WHEN json_valid(x::VARCHAR) THEN x::VARCHAR::JSON END`,
  `ARRAY_SIZE(x) AS json_array_length(SF_JSON(x))`,
  `OBJECT_KEYS(x) AS SF_ARRAY_OF(to_json(json_keys(SF_JSON(x))))`,
  `TRY_TO_DATE(x) AS try_cast(x AS DATE)`,
  `TRY_TO_TIMESTAMP_NTZ(x) AS try_cast(x AS TIMESTAMP)`,
  `TRY_TO_TIMESTAMP(x) AS TRY_TO_TIMESTAMP_NTZ(x)`,
  `TRY_TO_TIME(x) AS try_cast(x AS TIME)`,
  `TRY_TO_DOUBLE(x) AS try_cast(SF_TEXT(x) AS DOUBLE)`,
  `TRY_TO_BOOLEAN(x) AS try_cast(SF_TEXT(x) AS BOOLEAN)`,
  `TRY_TO_NUMBER(x) AS try_cast(SF_TEXT(x) AS DECIMAL(38,0))`,
  once(
    'HEX_ENCODE',
    `hex(CASE typeof(x) ${typeIs('BLOB')} try_cast(x AS BLOB) ELSE encode(x::VARCHAR) END)`,
  ),
  `HEX_DECODE_STRING(x) AS decode(unhex(x))`,
  `HEX_DECODE_BINARY(x) AS unhex(x)`,
  once(
    'BASE64_ENCODE',
    `to_base64(CASE typeof(x) ${typeIs('BLOB')} try_cast(x AS BLOB) ELSE encode(x::VARCHAR) END)`,
  ),
  `BASE64_DECODE_STRING(x) AS decode(from_base64(x))`,
  `IFF(c, a, b) AS CASE WHEN c THEN a ELSE b END`,
  `NVL(a, b) AS coalesce(a, b)`,
  `NVL2(a, b, c) AS CASE WHEN a IS NOT NULL THEN b ELSE c END`,
  `ZEROIFNULL(a) AS coalesce(a, 0)`,
  `NULLIFZERO(a) AS nullif(a, 0)`,
  `EQUAL_NULL(a, b) AS a IS NOT DISTINCT FROM b`,
  `DIV0(a, b) AS CASE WHEN b = 0 THEN 0 ELSE a / b END`,
  `DIV0NULL(a, b) AS CASE WHEN coalesce(b, 0) = 0 THEN 0 ELSE a / b END`,
  `SQUARE(a) AS a * a`,
  `CHARINDEX(a, b) AS strpos(b, a)`,
  `STARTSWITH(a, b) AS starts_with(a, b)`,
  `ENDSWITH(a, b) AS ends_with(a, b)`,
  `LEN(a) AS length(a)`,
  `SHA2(a) AS sha256(a), (a, n) AS sha256(a)`,
  `MD5_HEX(a) AS md5(a)`,
  `UUID_STRING() AS uuid()::VARCHAR`,
  `REGEXP_LIKE(a, b) AS regexp_full_match(a, b)`,
  `BITAND(a, b) AS a & b`,
  `HOUR(x) AS date_part('hour', SF_WHEN(x))`,
  `BOOLAND_AGG(x) AS bool_and(x)`,
  `BOOLOR_AGG(x) AS bool_or(x)`,
  `APPROX_COUNT_DISTINCT(x) AS count(DISTINCT x)`,
  `HASH_AGG(x) AS bit_xor(hash(x))`,
  `CONVERT_TIMEZONE(z, x) AS SF_ZONED_IN(SF_INSTANT(x), z), (a, z, x) AS timezone(z, timezone(a, TO_TIMESTAMP_NTZ(x)))`,
  `SF_ZONED_IN(t, z) AS SF_ZONED(t, CAST(epoch(timezone(z, timezone('UTC', t)) - t) / 60 AS INTEGER))`,
  `SF_RANDSTR(n, seed) AS left(repeat(md5(seed::VARCHAR) || sha256(seed::VARCHAR), CAST(n / 96 + 1 AS BIGINT)), n)`,
  `SF_TYPEOF(x) AS typeof(x)`,
  `SF_VARIANT_TYPE(x) AS CASE json_type(SF_JSON(x)) WHEN 'UBIGINT' THEN 'INTEGER' WHEN 'BIGINT' THEN 'INTEGER' WHEN 'NULL' THEN 'NULL_VALUE' ELSE json_type(SF_JSON(x)) END`,
  `IS_NULL_VALUE(x) AS json_type(SF_JSON(x)) = 'NULL'`,
  `SF_ELEMENTS(j) AS CASE json_type(j) WHEN 'ARRAY' THEN list_transform(from_json(j, '["JSON"]'), lambda v, i: {'KEY': NULL::VARCHAR, 'INDEX': i - 1, 'PATH': '[' || (i - 1) || ']', 'VALUE': v::JSON})
     WHEN 'OBJECT' THEN list_transform(json_keys(j), lambda k: {'KEY': k, 'INDEX': NULL::BIGINT, 'PATH': k, 'VALUE': json_extract(j, '$."' || k || '"')}) END`,
  `"/"(a, b) AS CASE WHEN b = 0 THEN error('100051/22012/Division by zero') ELSE system.main."/"(a, b) END`,
];

import type { Batch, OperationKind, TargetRequest } from '../../connector/destination.js';
import type { NameTemplate } from './name.js';
import { octetRowsOf, octetsOf, writerOf } from './octets.js';
import type { Octets } from './octets.js';
import { askScript, bulk, makeScript } from './resp.js';
import type { Ask } from './resp.js';
import { askToDrop, asksOfRows, countedOutcome } from './shape.js';
import type { Row, Shape } from './shape.js';

export interface HashOptions {
  /** What becomes of fields that the sync does not map. */
  others: 'keep' | 'remove';
  /** What a NULL is: no field, or an empty one. */
  nulls: 'remove' | 'empty';
  ttlSeconds: number | undefined;
}

/**
 * ARGV: `new`, `there` or nothing, which the key must be; seconds to live or nothing; `remove` for fields of others; how
 * many words of names and values follow, how many names to be removed; these; then names that are left as they are.
 */
const writeScript = makeScript(
  `local kind = redis.call('TYPE', KEYS[1]).ok
if kind ~= 'none' and kind ~= 'hash' then
  return redis.error_reply('WRONGTYPE Operation against a key holding the wrong kind of value')
end
if ARGV[1] == 'new' and kind ~= 'none' or ARGV[1] == 'there' and kind == 'none' then return 0 end
local set, drop = tonumber(ARGV[4]), tonumber(ARGV[5])
if set > 0 then redis.call('HSET', KEYS[1], unpack(ARGV, 6, 5 + set)) end
if drop > 0 then redis.call('HDEL', KEYS[1], unpack(ARGV, 6 + set, 5 + set + drop)) end
if ARGV[3] == 'remove' and kind == 'hash' then
  local mine = {}
  for n = 6, 5 + set, 2 do mine[ARGV[n]] = true end
  for n = 6 + set + drop, #ARGV do mine[ARGV[n]] = true end
  for _, name in ipairs(redis.call('HKEYS', KEYS[1])) do
    if not mine[name] then redis.call('HDEL', KEYS[1], name) end
  end
end
if ARGV[2] ~= '' then redis.call('EXPIRE', KEYS[1], ARGV[2]) end
return 1`,
);

interface Column {
  at: number;
  name: Octets;
  /** The name as the protocol has it. */
  bulkName: Octets;
  write(canonical: Octets): Octets;
  omitsNull: boolean;
}

/** What a row makes of a hash. */
interface Change {
  /** Names and values, as the protocol has them, and how many words they are. */
  pairs: Octets;
  words: number;
  drops: readonly Octets[];
  leaves: readonly Octets[];
}

const nobody: readonly Octets[] = [];

/**
 * A hash a row: its key's fields and its fields. The key's are there so that a record whose other fields are all NULL
 * still exists: Redis has no empty hash.
 */
export function hashShape(request: TargetRequest, name: NameTemplate, options: HashOptions): Shape {
  const columns = columnsOf(request);
  const isPlain = options.others === 'keep' && options.ttlSeconds === undefined;
  const askOf = (kind: OperationKind, row: Row): Ask => {
    const key = name.render(row);
    switch (kind) {
      case 'delete':
        return askToDrop(key, 'hash');
      case 'clear':
        return changed(key, 'there', cleared(columns, request, options));
      case 'set':
        return changed(key, 'there', constants(request, options));
      default:
        return written(kind, key, changeOf(columns, row, options));
    }
  };
  const written = (kind: OperationKind, key: Octets, change: Change): Ask => {
    const { pairs, words, drops } = change;
    if (kind === 'upsert' && isPlain && drops.length === 0)
      return { key, bytes: `*${words + 2}\r\n$4\r\nHSET\r\n${bulk(key)}${pairs}` };
    const condition = kind === 'create' ? 'new' : kind === 'update' ? 'there' : '';
    return scripted(key, [condition, String(options.ttlSeconds ?? ''), options.others], change);
  };
  const changed = (key: Octets, condition: string, change: Change): Ask =>
    scripted(key, [condition, '', 'keep'], change);
  return {
    asksOf: ({ kind, lines }: Batch) => asksOfRows(octetRowsOf(lines), (row) => askOf(kind, row)),
    laterCommands: [
      ['HDEL', 'x'],
      ['HKEYS'],
      ...(options.ttlSeconds === undefined ? [] : [['EXPIRE', '1'] as const]),
      ...(request.removal === 'delete' ? [['UNLINK'] as const] : []),
    ],
    outcomeOf: countedOutcome,
  };
}

function columnsOf({ key, fields }: TargetRequest): Column[] {
  const own = new Set(fields.map(({ name }) => name));
  return [...key, ...fields].flatMap((field, at) => {
    // A field that is called like one of the key's is the record's.
    if (at < key.length && own.has(field.name)) return [];
    const name = octetsOf(field.name);
    const omitsNull = field.nulls === 'omit';
    return [{ at, name, bulkName: bulk(name), write: writerOf(field.type), omitsNull }];
  });
}

function changeOf(columns: readonly Column[], row: Row, { nulls }: HashOptions): Change {
  let pairs = '';
  let words = 0;
  let drops = nobody;
  let leaves = nobody;
  for (const { at, name, bulkName, write, omitsNull } of columns) {
    const value = row[at] ?? null;
    if (value !== null || (nulls === 'empty' && !omitsNull)) {
      pairs += bulkName + bulk(value === null ? '' : write(value));
      words += 2;
    } else if (omitsNull) leaves = [...leaves, name];
    else drops = [...drops, name];
  }
  return { pairs, words, drops, leaves };
}

/** Every mapped field as if it were NULL. */
function cleared(
  columns: readonly Column[],
  { key, fields }: TargetRequest,
  options: HashOptions,
): Change {
  const ofKey = new Set(key.map(({ name }) => octetsOf(name)));
  const clearable = columns
    .filter(({ at, name }) => at >= key.length && !ofKey.has(name))
    .map((column) => ({ ...column, omitsNull: false }));
  const nothing = Array.from({ length: key.length + fields.length }, () => null);
  return changeOf(clearable, nothing, options);
}

function constants({ set }: TargetRequest, options: HashOptions): Change {
  const columns = set.map(({ name: text, type }, at): Column => {
    const name = octetsOf(text);
    return { at, name, bulkName: bulk(name), write: writerOf(type), omitsNull: false };
  });
  const row = set.map(({ text }) => (text === null ? null : octetsOf(text)));
  return changeOf(columns, row, options);
}

function scripted(key: Octets, how: readonly string[], change: Change): Ask {
  const { pairs, words, drops, leaves } = change;
  const made = askScript(writeScript, key, [...how, String(words), String(drops.length)]);
  const rest = [...drops, ...leaves];
  // The pairs are written already; the number of all words stands in front.
  const head = `*${4 + 5 + words + rest.length}\r\n`;
  const asked = made.bytes.slice(made.bytes.indexOf('\r\n') + 2);
  return { ...made, bytes: `${head}${asked}${pairs}${rest.map(bulk).join('')}` };
}

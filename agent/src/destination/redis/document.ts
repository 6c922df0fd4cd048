import type {
  Batch,
  JsonRecord,
  OperationKind,
  TargetRequest,
} from '../../connector/destination.js';
import { jsonValueOf } from '../../connector/lines.js';
import { Failure } from '../../failure.js';
import type { NameTemplate } from './name.js';
import { octetRowsOf, octetsOf } from './octets.js';
import type { Octets } from './octets.js';
import { ask, askScript, makeScript } from './resp.js';
import type { Ask } from './resp.js';
import type { Server } from './server.js';
import { asksOfRows, countedOutcome } from './shape.js';
import type { Shape } from './shape.js';

// Documents of the JSON module, which Redis 8 has built in: https://redis.io/docs/latest/commands/json.set/, read 2026-11.

/**
 * ARGV: `new`, `there` or nothing, which the key must be; seconds to live or nothing; the whole document; then paths and
 * values, for a document that is there. A key of another type fails the first JSON.SET, before anything is written; so does
 * a document that is a list or a value, in which nothing can stand under a name.
 */
const writeScript = makeScript(
  `local there = redis.call('EXISTS', KEYS[1]) == 1
if ARGV[1] == 'new' and there or ARGV[1] == 'there' and not there then return 0 end
if there then
  for n = 4, #ARGV, 2 do
    if not redis.call('JSON.SET', KEYS[1], ARGV[n], ARGV[n + 1]) then
      return redis.error_reply('WRONGTYPE The document is not an object')
    end
  end
else
  redis.call('JSON.SET', KEYS[1], '$', ARGV[3])
end
if ARGV[2] ~= '' then redis.call('EXPIRE', KEYS[1], ARGV[2]) end
return 1`,
);

/** Throws CONFIG where the server has no such module. Wrong usage is told before rights are looked at. */
export async function assertDocuments(server: Server): Promise<void> {
  const answer = await server.call('JSON.SET').catch((error: unknown) => error);
  if (!(answer instanceof Failure)) return;
  if (answer.kind === 'TRANSIENT') throw answer;
  if (/unknown command/i.test(answer.detail ?? ''))
    throw new Failure(
      'CONFIG',
      'destination.json_missing',
      'The server has no JSON documents. Write the object json, which is a text, or use Redis 8.',
      { vendorCode: 'ERR', detail: answer.detail ?? '' },
    );
}

/** A document a row: its key's fields and its fields at the top. What others have in it stays. */
export function documentShape(
  request: TargetRequest,
  name: NameTemplate,
  ttlSeconds: number | undefined,
): Shape {
  const write = (key: Octets, kind: OperationKind, record: JsonRecord): Ask => {
    const condition = kind === 'create' ? 'new' : kind === 'upsert' ? '' : 'there';
    const life = isRemoval(kind) ? '' : String(ttlSeconds ?? '');
    const whole = octetsOf(JSON.stringify(record));
    return askScript(writeScript, key, [condition, life, whole, ...pathsOf(record)]);
  };
  const asksOf = (batch: Batch): ReturnType<Shape['asksOf']> => {
    const { kind } = batch;
    const instead = insteadOf(kind, request);
    const records = kind === 'delete' || instead ? undefined : batch.records();
    return asksOfRows(octetRowsOf(batch.lines), (row, n) => {
      const key = name.render(row);
      if (kind === 'delete') return ask('JSON.DEL', key, []);
      const own = records?.[n];
      return write(key, kind, instead ?? { ...own?.key, ...own?.fields });
    });
  };
  return {
    asksOf,
    laterCommands: [
      ...(ttlSeconds === undefined ? [] : [['EXPIRE', '1'] as const]),
      ...(request.removal === 'delete' ? [['JSON.DEL'] as const] : []),
    ],
    outcomeOf: countedOutcome,
  };
}

const isRemoval = (kind: OperationKind): boolean => kind === 'clear' || kind === 'set';

/** What a removal writes into each document that is there. */
function insteadOf(kind: OperationKind, { fields, set }: TargetRequest): JsonRecord | undefined {
  if (kind === 'clear') return Object.fromEntries(fields.map((field) => [field.name, null]));
  if (kind !== 'set') return undefined;
  return Object.fromEntries(set.map(({ name, type, text }) => [name, jsonValueOf(text, type)]));
}

function pathsOf(record: JsonRecord): Octets[] {
  return Object.entries(record).flatMap(([name, value]) =>
    [`$[${JSON.stringify(name)}]`, JSON.stringify(value)].map(octetsOf),
  );
}

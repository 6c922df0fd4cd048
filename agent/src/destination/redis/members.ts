import type {
  Batch,
  OperationKind,
  TargetField,
  TargetRequest,
} from '../../connector/destination.js';
import { Failure } from '../../failure.js';
import type { NameTemplate } from './name.js';
import { octetRowsOf } from './octets.js';
import type { Octets } from './octets.js';
import { ask, askScript, makeScript } from './resp.js';
import type { Ask } from './resp.js';
import { asksOfRows, countedOutcome } from './shape.js';
import type { Row, Shape } from './shape.js';

/** Many rows share a set; a row is one of its members. */
export interface MemberNames {
  set: NameTemplate;
  member: NameTemplate;
}

/** A member a row: it is there or not, and has no fields. */
export function setShape(request: TargetRequest, { set, member }: MemberNames): Shape {
  const askOf = (kind: OperationKind, row: Row): Ask =>
    ask(kind === 'delete' ? 'SREM' : 'SADD', set.render(row), [member.render(row)]);
  return {
    asksOf: ({ kind, lines }: Batch) => asksOfRows(octetRowsOf(lines), (row) => askOf(kind, row)),
    laterCommands: request.removal === 'delete' ? [['SREM', 'x']] : [],
    outcomeOf: countedOutcome,
  };
}

/** ZADD with XX says 0 of a member that is not there and of one that has the score already. */
const rescoreScript = makeScript(
  `if not redis.call('ZSCORE', KEYS[1], ARGV[2]) then return 0 end
redis.call('ZADD', KEYS[1], 'XX', ARGV[1], ARGV[2])
return 1`,
);

/** A member a row, with its one field as its score. */
export function sortedSetShape(request: TargetRequest, { set, member }: MemberNames): Shape {
  const scoreOf = scoreReader(request);
  const askOf = (kind: OperationKind, row: Row): Ask => {
    const key = set.render(row);
    const name = member.render(row);
    if (kind === 'delete') return ask('ZREM', key, [name]);
    const score = scoreOf(row);
    if (kind === 'update') return askScript(rescoreScript, key, [score, name]);
    return ask('ZADD', key, kind === 'create' ? ['NX', score, name] : [score, name]);
  };
  return {
    asksOf: ({ kind, lines }: Batch) => asksOfRows(octetRowsOf(lines), (row) => askOf(kind, row)),
    laterCommands: request.removal === 'delete' ? [['ZREM', 'x']] : [],
    outcomeOf: countedOutcome,
  };
}

const numbers: readonly TargetField['type'][] = ['integer', 'decimal', 'float'];
const times: readonly TargetField['type'][] = ['date', 'timestamp', 'timestamptz'];

/** CONFIG unless the sync has exactly one field that can be a score. */
function scoreReader({ key, fields }: TargetRequest): (row: Row) => Octets {
  const [field] = fields;
  if (!field || fields.length > 1 || ![...numbers, ...times].includes(field.type))
    throw new Failure(
      'CONFIG',
      'destination.score_missing',
      'A sorted set takes exactly one field, a number or a time: the score.',
    );
  const read = times.includes(field.type) ? secondsOf : numberOf;
  return (row) => {
    const score = read(row[key.length] ?? 'NULL');
    if (score === undefined)
      throw new Failure(
        'REJECTED',
        'destination.bad_score',
        'The score is NULL, NaN, or an integer that a double can not hold.',
      );
    return score;
  };
}

/** A score is a double. A decimal becomes the nearest one; an integer must be one, as it is likely a name for something. */
function numberOf(text: string): string | undefined {
  const infinity = /^(-?)Infinity$/.exec(text);
  if (infinity) return `${infinity[1]}inf`;
  const number = Number(text);
  if (!Number.isFinite(number)) return undefined;
  return /^-?\d+$/.test(text) && BigInt(number) !== BigInt(text) ? undefined : text;
}

/** Seconds since 1970 in UTC, with their fraction; a time without a zone is taken for UTC. */
function secondsOf(text: string): string | undefined {
  const infinity = /^(-?)infinity$/.exec(text);
  if (infinity) return `${infinity[1]}inf`;
  const parts = /^(\d{4}-\d\d-\d\d)(?: (\d\d:\d\d:\d\d)(\.\d+)?(?:\+00)?)?$/.exec(text);
  const milliseconds = Date.parse(`${parts?.[1]}T${parts?.[2] ?? '00:00:00'}Z`);
  if (Number.isNaN(milliseconds)) return undefined;
  return String(milliseconds / 1000 + Number(parts?.[3] ?? 0));
}

import type { Batch, OperationKind, TargetRequest } from '../../connector/destination.js';
import { JsonLines } from '../../connector/json-lines.js';
import type { NameTemplate } from './name.js';
import { octetRowsOf, octetsOf } from './octets.js';
import type { Octets } from './octets.js';
import { ask } from './resp.js';
import type { Ask } from './resp.js';
import { accepted, askToDrop, asksOfRows, skipped } from './shape.js';
import type { Row, Shape } from './shape.js';

/** No JSON has it, not even between two values. */
const separator = '\0';

/** The lines' records as JSON texts, with every digit; key and fields. */
export function jsonTextsOf(request: TargetRequest): (batch: Batch) => Octets[] {
  const fields = [...request.key, ...request.fields];
  if (new Set(fields.map(({ name }) => name)).size < fields.length)
    return (batch) =>
      batch.records().map((each) => octetsOf(JSON.stringify({ ...each.key, ...each.fields })));
  const json = new JsonLines(fields, { open: '', separator, close: '' });
  return ({ lines, size }) =>
    Buffer.from(json.write(lines, size)).toString('latin1').split(separator);
}

/**
 * A string a row: its record as JSON. `GET` has SET look at what is there before it writes: a key of another type is
 * refused and not replaced (https://redis.io/docs/latest/commands/set/, read 2026-11), and the reply says whether there was one.
 */
export function jsonShape(
  request: TargetRequest,
  name: NameTemplate,
  ttlSeconds: number | undefined,
): Shape {
  const textsOf = jsonTextsOf(request);
  const life = ttlSeconds === undefined ? ['KEEPTTL'] : ['EX', String(ttlSeconds)];
  const conditions: Partial<Record<OperationKind, string>> = { create: 'NX', update: 'XX' };
  const asksOf = (batch: Batch): ReturnType<Shape['asksOf']> => {
    const { kind } = batch;
    const texts = kind === 'delete' ? [] : textsOf(batch);
    const condition = conditions[kind];
    const askOf = (row: Row, n: number): Ask => {
      const key = name.render(row);
      if (kind === 'delete') return askToDrop(key, 'string');
      return ask('SET', key, [texts[n] ?? '', ...(condition ? [condition] : []), 'GET', ...life]);
    };
    return asksOfRows(octetRowsOf(batch.lines), askOf);
  };
  return {
    asksOf,
    laterCommands: request.removal === 'delete' ? [['TYPE'], ['UNLINK']] : [],
    outcomeOf: (former, kind) => {
      if (kind === 'create') return former === null ? accepted : skipped;
      return kind === 'update' && former === null ? skipped : accepted;
    },
  };
}

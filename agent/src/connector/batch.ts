import type { Batch, JsonRecord, OperationKind, TargetField } from './destination.js';
import { jsonValueOf, textsOf } from './lines.js';

export interface BatchParts {
  kind: OperationKind;
  change: Batch['change'];
  key: readonly TargetField[];
  fields: readonly TargetField[];
  /** Key fields, then fields; then the former ones where there are any. */
  lines: Uint8Array;
  former?: readonly TargetField[] | undefined;
  size: number;
  /** Names the attempt at the run for ever. */
  attempt: string;
  /** The number of the first row among those of its change, in this attempt. */
  from: number;
}

/** A batch over lines; records are made only for connectors that ask. */
export function makeBatch(parts: BatchParts): Batch {
  const { kind, change, lines, size, attempt, from } = parts;
  return {
    kind,
    change,
    lines,
    size,
    idempotencyKey: `${attempt}.${change}.${from}-${from + size}`,
    nameOf: (n) => `${attempt}.${change}.${from + n}`,
    records: () => recordsOf(parts),
  };
}

/** The rows `from` to `to` of a batch, as a batch of their own. */
export function sliceBatch(batch: BatchParts, from: number, to: number): BatchParts {
  if (to - from === batch.size) return batch;
  const start = lineAt(batch.lines, 0, from);
  const end = lineAt(batch.lines, start, to - from);
  return {
    ...batch,
    lines: batch.lines.subarray(start, end),
    size: to - from,
    from: batch.from + from,
  };
}

/** One row as canonical texts by field; the key's come first, and a field of the same name is the record's. */
export function rowOf(batch: BatchParts, n: number): Record<string, string | null> {
  const [texts = []] = textsOf(sliceBatch(batch, n, n + 1).lines);
  const names = [...batch.key, ...batch.fields].map(({ name }) => name);
  return Object.fromEntries(names.map((name, at) => [name, texts[at] ?? null]));
}

function lineAt(lines: Uint8Array, from: number, count: number): number {
  let at = from;
  for (let n = 0; n < count; n += 1) at = lines.indexOf(10, at) + 1;
  return at;
}

function recordsOf({ lines, key, fields, former }: BatchParts): ReturnType<Batch['records']> {
  return textsOf(lines).map((texts) => ({
    key: record(key, texts, 0),
    fields: record(fields, texts, key.length),
    ...(former && { former: record(former, texts, key.length + fields.length) }),
  }));
}

function record(
  fields: readonly TargetField[],
  texts: (string | null)[],
  offset: number,
): JsonRecord {
  const result: JsonRecord = {};
  fields.forEach((field, n) => {
    const text = texts[offset + n] ?? null;
    if (text !== null || field.nulls === 'send') result[field.name] = jsonValueOf(text, field.type);
  });
  return result;
}

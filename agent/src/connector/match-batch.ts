import type { MatchBatch, TargetField } from './destination.js';
import { jsonValueOf, recordOf, textsOf } from './lines.js';

/** What records are asked for by, over lines; records are made only for connectors that ask. */
export function makeMatchBatch(
  match: readonly TargetField[],
  lines: Uint8Array,
  size: number,
): MatchBatch {
  const names = match.map(({ name }) => name);
  return {
    size,
    lines,
    records: () =>
      textsOf(lines).map((texts) =>
        recordOf(
          names,
          match.map(({ type }, n) => jsonValueOf(texts[n] ?? null, type)),
        ),
      ),
  };
}

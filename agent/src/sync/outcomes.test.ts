import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Outcome } from '../connector/destination.js';
import { Failure } from '../failure.js';
import { Outcomes } from './outcomes.js';
import type { Ending } from './outcomes.js';
import { settle } from './settle.js';

const size = 60;
const failure = (code: string): Failure => new Failure('REJECTED', code, 'No.');
const outcome: fc.Arbitrary<Outcome> = fc.oneof(
  fc.constant({ kind: 'accepted' as const }),
  fc.constant({ kind: 'skipped' as const }),
  fc.constant({ kind: 'unknown' as const, failure: failure('destination.no_answer') }),
  fc.constantFrom('a.a', 'b.b', 'c.c').map((code) => ({
    kind: 'rejected' as const,
    failure: failure(code),
  })),
);
type Step =
  | { kind: 'note'; from: number; outcomes: Outcome[] }
  | { kind: 'hand over'; from: number; to: number }
  | { kind: 'refuse'; row: number; code: string | undefined };
const step: fc.Arbitrary<Step> = fc.oneof(
  fc
    .record({ from: fc.nat(size - 1), outcomes: fc.array(outcome, { maxLength: 20 }) })
    .map(({ from, outcomes }) => ({
      kind: 'note' as const,
      from,
      outcomes: outcomes.slice(0, size - from),
    })),
  fc.record({ from: fc.nat(size), to: fc.nat(2 * size) }).map((each) => ({ kind: 'hand over' as const, ...each })), // prettier-ignore
  fc
    .record({ row: fc.nat(size - 1), code: fc.constantFrom('a.a', undefined) })
    .map((each) => ({ kind: 'refuse' as const, ...each })),
);

interface Row {
  ending: Ending;
  code: string | undefined;
}

function follow(steps: readonly Step[]): { outcomes: Outcomes; model: Row[] } {
  const outcomes = new Outcomes(size);
  const model: Row[] = Array.from({ length: size }, () => ({ ending: 'untold', code: undefined }));
  for (const each of steps)
    if (each.kind === 'note') {
      outcomes.note(each.from, each.outcomes);
      each.outcomes.forEach((one, n) => {
        const code = one.kind === 'rejected' ? one.failure.code : undefined;
        model[each.from + n] = { ending: one.kind, code };
      });
    } else if (each.kind === 'refuse') {
      outcomes.refuse(each.row, each.code);
      model[each.row] = { ending: each.code ? 'rejected' : 'left_out', code: each.code };
    } else {
      outcomes.handOver(each.from, each.to);
      model.forEach(({ ending }, n) => {
        const isMeant = n >= each.from && n < each.to && ending === 'untold';
        if (isMeant) model[n] = { ending: 'open', code: undefined };
      });
    }
  return { outcomes, model };
}

const rowsOf = (outcomes: Outcomes): Row[] =>
  Array.from({ length: size }, (_, n) => {
    const code = outcomes.codeOf(n);
    return {
      ending: outcomes.endingOf(n),
      code: code === undefined ? undefined : outcomes.codes[code],
    };
  });

describe('outcomes', () => {
  it('are what was told of each row last (invariants 1, 7)', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 25 }), (steps) => {
        const { outcomes, model } = follow(steps);
        expect(rowsOf(outcomes)).toEqual(model);
        const counts = outcomes.counts();
        for (const [ending, count] of Object.entries(counts))
          expect({ ending, count }).toEqual({
            ending,
            count: model.filter((row) => row.ending === ending).length,
          });
        expect(Object.values(counts).reduce((sum, count) => sum + count, 0)).toBe(size);
        const untold = [...outcomes.untold(5, 40)].flatMap(([from, to]) =>
          Array.from({ length: to - from }, (_, n) => from + n),
        );
        const unknown = model.flatMap(({ ending }, n) => (ending === 'untold' ? [n] : []));
        expect(untold).toEqual(unknown.filter((n) => n >= 5 && n < 40));
      }),
    );
  });

  it('withdrawn are as if nothing had been taken', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 25 }), fc.nat(size), (steps, mayBe) => {
        const { outcomes, model } = follow(steps);
        outcomes.withdraw(mayBe);
        expect(rowsOf(outcomes)).toEqual(
          model.map((row, n) =>
            row.ending === 'rejected' || row.ending === 'left_out'
              ? row
              : { ending: n < mayBe ? 'open' : 'untold', code: undefined },
          ),
        );
      }),
    );
  });

  it('come back from a journal (invariant 3)', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 25 }), (steps) => {
        const { outcomes, model } = follow(steps);
        const found = new Outcomes(size);
        found.take({ codes: ['z.z'], pieces: [] });
        found.handOver(0, 30);
        found.take({ codes: outcomes.codes, pieces: [...outcomes.pieces()] });
        found.handOver(20, 40);
        expect(rowsOf(found)).toEqual(
          model.map((row, n) =>
            row.ending === 'untold' && n < 40 ? { ending: 'open', code: undefined } : row,
          ),
        );
      }),
    );
  });

  it('of rows or codes that there are not are refused', () => {
    const take = (value: number, from: number): void =>
      new Outcomes(size).take({ codes: ['a.a'], pieces: [{ from, runs: [value, 2] }] });
    take(6, size - 2);
    for (const [value, from] of [
      [6, size - 1],
      [7, 0],
      [1, size - 1],
    ] as const)
      // prettier-ignore
      expect(() => take(value, from)).toThrow(TypeError);
  });

  it('hold as many codes as there may be', () => {
    const outcomes = new Outcomes(500);
    for (let n = 0; n < 500; n += 1) outcomes.refuse(n, `code.${n}`);
    expect(outcomes.counts().rejected).toBe(500);
    expect(outcomes.codes[outcomes.codeOf(150) ?? 0]).toBe('code.150');
    expect(outcomes.codes[outcomes.codeOf(499) ?? 0]).toBe('delivery.more_errors');
  });
});

describe('what goes into the baseline', () => {
  it('has each row once, and no row as taken that was not, or may not have been (invariants 1, 2, 3)', () => {
    const part = fc.record({
      change: fc.constantFrom('added' as const, 'changed' as const, 'removed' as const),
      kind: fc.constantFrom('upsert' as const, 'append' as const, 'delete' as const),
      repeatable: fc.boolean(),
      owed: fc.boolean(),
    });
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 25 }),
        part,
        fc.constantFrom('hold' as const, 'resend' as const),
        (steps, of, uncertain) => {
          const { outcomes, model } = follow(steps);
          const settled = settle(of, outcomes, uncertain);
          expect(Object.values(settled.rows).reduce((sum, rows) => sum + rows, 0)).toBe(size);
          model.forEach(({ ending }, n) => {
            const isMaybe = ending === 'open' || ending === 'unknown';
            expect(settled.of(n) === 'taken').toBe(ending === 'accepted');
            expect(settled.of(n) === 'held').toBe(
              isMaybe && !of.repeatable && uncertain === 'hold',
            );
            expect(settled.of(n) === 'skipped').toBe(ending === 'skipped');
            const isOwed = of.owed && of.change === 'changed';
            expect(settled.of(n) === 'stale' && !isOwed).toBe(false);
            expect(settled.of(n) === 'unknown' && !(isMaybe && of.repeatable)).toBe(false);
          });
        },
      ),
    );
  });
});

import { describe, expect, it } from 'vitest';
import { encodeEntry, entriesOf, takeEntry } from './journal-entry.js';
import { Outcomes } from './outcomes.js';

const rows = 2_500_000;

describe('entries of a journal', () => {
  it('are as many as it takes for each to stay small, and tell all (invariant 7)', () => {
    const told = new Outcomes(rows);
    for (let row = 0; row < rows; row += 1)
      if (row % 3 === 0) told.refuse(row, row % 2 === 0 ? 'destination.rejected' : undefined);
    const intents = [{ change: 'added' as const, from: 0, to: 10 }];
    const entries = [...entriesOf(intents, new Map([['added', told]]))].map(encodeEntry);
    expect(entries).toHaveLength(3);
    for (const entry of entries) expect(entry.length).toBeLessThan(400_000);

    const found = new Outcomes(rows);
    for (const entry of entries) takeEntry(entry, new Map([['added', found]]));
    const { untold, open, ...counts } = told.counts();
    expect(found.counts()).toEqual({ ...counts, open: 6, untold: untold + open - 6 });
    for (let row = 10; row < rows; row += 1009)
      expect([row, found.endingOf(row)]).toEqual([row, told.endingOf(row)]);
  });

  it('are none where nothing is said', () => {
    expect([...entriesOf([], new Map([['added', new Outcomes(9)]]))]).toEqual([]);
  });

  it.each([
    { format: 2, intents: [{ change: 'removed', from: 0, to: 9 }], outcomes: [] },
    { format: 2, intents: [{ change: 'added', from: 'x', to: 9 }], outcomes: [] },
    { format: 2, intents: [{ change: 'added', from: 9, to: 0 }], outcomes: [] },
    { format: 2, intents: [] },
    { format: 2, intents: [], outcomes: [{ change: 'added', codes: [], pieces: [{ from: 0, runs: [6, 1] }] }] }, // prettier-ignore
    { format: 3, intents: [], outcomes: [] },
    { kind: 'outcome', change: 'added' },
    null,
    7,
  ])('that make no sense stop the run: %j (invariant 5)', (entry) => {
    const take = (): unknown =>
      takeEntry(Buffer.from(JSON.stringify(entry)), new Map([['added', new Outcomes(9)]]));
    expect(take).toThrow(expect.objectContaining({ code: 'journal.corrupt' }));
  });
});

import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  heldStates,
  isOver,
  leasedStates,
  liveStates,
  runStates,
  statesBefore,
} from './run-state.js';

it('never leaves a state that is over', () => {
  const over = runStates.filter(isOver);
  expect(over).toEqual(['succeeded', 'completed_with_errors', 'failed', 'cancelled']);
  for (const to of runStates) for (const from of over) expect(statesBefore(to)).not.toContain(from);
});

it('can be cancelled and can fail from wherever an agent has it', () => {
  expect(statesBefore('cancelled')).toEqual(liveStates);
  expect(statesBefore('failed')).toEqual(['queued', 'leased', 'running']);
});

it('goes back to the queue from a lease alone, or by the word of a person', () => {
  expect(statesBefore('queued')).toEqual([...leasedStates, ...heldStates]);
});

it('ends, whatever moves are made', () => {
  const forward = (from: (typeof runStates)[number]) =>
    runStates.filter((to) => to !== 'queued' && statesBefore(to).includes(from));
  fc.assert(
    fc.property(fc.infiniteStream(fc.nat()), (choices) => {
      let state: (typeof runStates)[number] = 'queued';
      for (let moves = 0; !isOver(state); moves += 1) {
        expect(moves).toBeLessThan(runStates.length);
        const next = forward(state);
        // Only a person's word leads on by way of the queue.
        if (next.length === 0) return;
        state = next[(choices.next().value as number) % next.length]!;
      }
    }),
  );
});

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { seatsOf } from './seats.js';

it('gives nobody more than there is room for, and nobody a second one before all have their first', () => {
  const all = fc.array(fc.record({ left: fc.integer({ min: 0, max: 5 }) }), { maxLength: 12 });
  fc.assert(
    fc.property(all, fc.integer({ min: 0, max: 20 }), (agents, most) => {
      const seats = seatsOf(agents, most);
      const room = agents.reduce((sum, { left }) => sum + left, 0);
      expect(seats).toHaveLength(Math.min(room, most));
      const got = agents.map((agent) => seats.filter((seat) => seat === agent).length);
      expect(got.every((count, n) => count <= (agents[n]?.left ?? 0))).toBe(true);
      const hungry = got.filter((count, n) => count < (agents[n]?.left ?? 0));
      expect(hungry.every((count) => Math.max(...got) - count <= 1)).toBe(true);
    }),
  );
});

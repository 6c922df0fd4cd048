import { describe, expect, it } from 'vitest';
import { Room } from './room.js';

describe('room for offers', () => {
  it('is none until the agent advertises', () => {
    expect(new Room().left).toBe(0);
  });

  it('is what was advertised, less what was offered since', () => {
    const room = new Room();
    room.advertised(3, 0n);
    room.offered('a', 1n);
    room.offered('b', 2n);
    expect(room.left).toBe(1);
  });

  it('is not counted twice when an offer crosses with an advertisement that knows nothing of it', () => {
    const room = new Room();
    room.advertised(2, 0n);
    room.offered('a', 1n);
    room.offered('b', 2n);
    room.advertised(2, 0n);
    expect(room.left).toBe(0);
    room.advertised(1, 1n);
    expect(room.left).toBe(0);
    room.advertised(0, 2n);
    expect(room.left).toBe(0);
    room.advertised(1, 2n);
    expect(room.left).toBe(1);
  });

  it('stays taken between an answer and the next advertisement', () => {
    const room = new Room();
    room.advertised(1, 0n);
    room.offered('a', 1n);
    room.answered('a');
    expect(room.left).toBe(0);
    room.advertised(1, 1n);
    expect(room.left).toBe(1);
  });

  it('is never less than none, as when what was offered before is offered again', () => {
    const room = new Room();
    room.offered('a', 1n);
    expect(room.left).toBe(0);
    room.answered('a');
    expect(room.left).toBe(0);
    room.answered('a');
    room.advertised(2, 1n);
    expect(room.left).toBe(2);
  });
});

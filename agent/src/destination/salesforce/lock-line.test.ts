import { describe, expect, it } from 'vitest';
import { LockLine } from './lock-line.js';

/** Work that goes on until it is told to end, and what is under way. */
function desk() {
  const line = new LockLine();
  const running = new Set<string>();
  const ends = new Map<string, () => void>();
  const work = (name: string) => (): Promise<string> => {
    running.add(name);
    return new Promise((resolve) => {
      ends.set(name, () => {
        running.delete(name);
        resolve(name);
      });
    });
  };
  const settle = async (): Promise<void> => {
    for (let n = 0; n < 20; n += 1) await Promise.resolve();
  };
  const end = async (name: string): Promise<void> => {
    ends.get(name)?.();
    await settle();
  };
  return { line, running: () => [...running], work, end, settle };
}

describe('what was locked out', () => {
  it('waits until it is alone, and holds back what comes after it', async () => {
    const { line, running, work, end, settle } = desk();
    const all = [line.beside(work('a')), line.beside(work('b'))];
    await settle();
    expect(running()).toEqual(['a', 'b']);
    all.push(line.byItself(work('locked')), line.beside(work('c')));
    await settle();
    expect(running()).toEqual(['a', 'b']);
    await end('a');
    expect(running()).toEqual(['b']);
    await end('b');
    expect(running()).toEqual(['locked']);
    await end('locked');
    expect(running()).toEqual(['c']);
    await end('c');
    expect(await Promise.all(all)).toEqual(['a', 'b', 'locked', 'c']);
  });

  it('goes one after the other', async () => {
    const { line, running, work, end, settle } = desk();
    const all = [line.byItself(work('one')), line.byItself(work('two'))];
    await settle();
    expect(running()).toEqual(['one']);
    await end('one');
    expect(running()).toEqual(['two']);
    await end('two');
    await Promise.all(all);
  });

  it('keeps nobody waiting when it fails', async () => {
    const { line, running, work, end, settle } = desk();
    const failing = line.byItself(() => Promise.reject(new Error('locked again')));
    const next = line.beside(work('next'));
    await expect(failing).rejects.toThrow('locked again');
    await settle();
    expect(running()).toEqual(['next']);
    await end('next');
    expect(await next).toBe('next');
  });
});

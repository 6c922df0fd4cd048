import { describe, expect, it } from 'vitest';
import { fullText, relativeText, shortText } from './time.js';

const now = new Date('2026-11-24T12:00:00Z');
const after = (seconds: number): Date => new Date(now.getTime() + seconds * 1_000);

describe('how far away a time is', () => {
  it.each([
    [0, 'now'],
    [29, 'now'],
    [-29, 'now'],
    [40, 'in 1 minute'],
    [-4 * 60, '4 minutes ago'],
    [3_590, 'in 1 hour'],
    [-12 * 3_600, '12 hours ago'],
    [86_400, 'tomorrow'],
    [-86_400, 'yesterday'],
    [-40 * 86_400, 'last month'],
    [-800 * 86_400, '2 years ago'],
  ])('%d s', (seconds, text) => {
    expect(relativeText(after(seconds), now, 'en')).toBe(text);
  });

  it('is said in the language of the person', () => {
    expect(relativeText(after(-240), now, 'de')).toBe('vor 4 Minuten');
  });
});

describe('a time in full', () => {
  it('has the year only when it is another one', () => {
    expect(shortText(after(60), now, 'en')).not.toContain('2026');
    expect(shortText(new Date('2024-02-03T12:00:00Z'), now, 'en')).toContain('2024');
  });

  it('names seconds and zone', () => {
    expect(fullText(now, 'en')).toMatch(/Tuesday, November 24, 2026.*00:00 .+/);
  });
});

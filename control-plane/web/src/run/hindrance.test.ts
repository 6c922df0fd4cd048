import { conflictOf } from '@drawbridge/proto/run-conflict';
import { expect, it } from 'vitest';
import { hindranceOf } from './hindrance.js';
import { wishes, wishNames } from './wish.js';

it.each(wishNames)('hinders what does not go together with %s, and nothing else', (chosen) => {
  for (const name of wishNames.filter((other) => other !== chosen)) {
    const conflict = conflictOf({ [chosen]: true, [name]: true });
    expect(hindranceOf(name, { [chosen]: true }, 'mirror')).toBe(
      conflict && `Not together with “${wishes[chosen].label}”: ${conflict.reason}.`,
    );
  }
});

it('names the one of several wishes that is in the way', () => {
  const chosen = { dryRun: true, canary: true, onlyRejected: true };
  expect(hindranceOf('full', chosen, 'mirror')).toContain(`“${wishes.onlyRejected.label}”`);
  expect(hindranceOf('rebaseline', chosen, 'mirror')).toContain(`“${wishes.canary.label}”`);
});

it('is in nobody’s way once it is taken back, and never in its own', () => {
  expect(hindranceOf('rebaseline', { full: false }, 'mirror')).toBeUndefined();
  expect(hindranceOf('full', { full: true, dryRun: true }, 'mirror')).toBeUndefined();
});

it('lets no part be sent of a sync that replaces everything', () => {
  const hindered = wishNames.filter((name) => hindranceOf(name, {}, 'replace'));
  expect(hindered).toEqual(['canary', 'onlyRejected']);
  // What an address has chosen can be taken back.
  expect(hindranceOf('canary', { canary: true }, 'replace')).toBeUndefined();
});

import { expect, it } from 'vitest';
import { noCounts } from '../testing/sample.js';
import { outcomeText } from './outcome-text.js';

it('says what was sent, and trouble only where there was some', () => {
  expect(outcomeText({ ...noCounts, sent: 12 })).toBe('12 sent');
  expect(outcomeText({ ...noCounts, rejected: 2, invalid: 1 })).toBe(
    '0 sent, 2 rejected, 1 invalid',
  );
});

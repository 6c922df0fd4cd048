import { expect, it } from 'vitest';
import { deliveryStateText, kindText, problemText } from './channel-words.js';

it('says in words why an attempt failed', () => {
  expect(problemText('channel.refused', 503)).toBe('The receiver refused it (HTTP 503)');
  expect(problemText('mail.refused', null)).toBe('mail.refused');
});

it('shows what it does not know by its own name', () => {
  expect(kindText('teams')).toBe('teams');
  expect(deliveryStateText('held')).toBe('held');
});

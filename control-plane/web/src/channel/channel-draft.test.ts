import { expect, it } from 'vitest';
import { draftOf, emptyDraft, settingsOf } from './channel-draft.js';

it('gives each kind its own settings', () => {
  const url = 'https://hooks.example.com/x';
  expect(settingsOf({ ...emptyDraft, url })).toEqual({ slack: { url } });
  expect(settingsOf({ ...emptyDraft, kind: 'webhook', url, kinds: ['run.parked'] })).toEqual({
    webhook: { url, kinds: ['run.parked'] },
  });
  expect(settingsOf({ ...emptyDraft, kind: 'email', to: 'a@b.example,\n c@d.example ' })).toEqual({
    email: { to: ['a@b.example', 'c@d.example'] },
  });
  expect(
    settingsOf({ ...emptyDraft, kind: 'pagerduty', routingKey: 'k', isInEurope: true }),
  ).toEqual({
    pagerDuty: { routingKey: 'k', url: 'https://events.eu.pagerduty.com/v2/enqueue' },
  });
});

it('leaves a secret as it is where none was written', () => {
  const known = { name: 'on-call', kinds: [], address: 'events.eu.pagerduty.com' };
  const draft = draftOf({ ...known, kind: 'pagerduty' });
  expect(draft).toMatchObject({ url: '', routingKey: '', isInEurope: true });
  expect(settingsOf(draft)).toEqual({});
  expect(settingsOf(draftOf({ ...known, kind: 'slack' }))).toEqual({});
});

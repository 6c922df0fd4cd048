import { expect, it } from 'vitest';
import { mailTextOf } from './mail-text.js';
import type { Notice } from './notice.js';
import { pagerDutyEventOf, withRoutingKey } from './pagerduty-event.js';
import { seal, unseal } from './seal.js';
import { slackMessageOf } from './slack-message.js';

const raised: Notice = {
  kind: 'raised',
  topicId: '0192a4c8-0000-7000-8000-000000000001',
  severity: 'error',
  title: 'Sync a<!channel>b failed',
  text: 'Its last run failed with source.unreachable. The run says what to do.',
  workspace: 'acme & co',
  rule: 'failed',
  subject: 'a<!channel>b',
  link: 'https://drawbridge.example/runs/1',
  at: new Date('2026-11-25T06:00:00Z'),
};
const resolved: Notice = { ...raised, kind: 'resolved' };

it('tells Slack in blocks, and lets no name call people or make a link', () => {
  const message = slackMessageOf(raised);
  const text = JSON.stringify(message);
  expect(text).not.toContain('<!channel>');
  expect(message).toMatchObject({
    text: 'Sync a&lt;!channel&gt;b failed',
    blocks: [
      {
        text: {
          text: ':red_circle: *Sync a&lt;!channel&gt;b failed*\nIts last run failed with source.unreachable. The run says what to do.',
        },
      },
      { text: { text: '<https://drawbridge.example/runs/1|Look at it>' } },
      {
        elements: [
          { text: expect.stringMatching(/^acme &amp; co · rule failed · <!date\^1795586400\^/) },
        ],
      },
    ],
  });
  expect(slackMessageOf(resolved)).toMatchObject({
    text: 'Resolved: Sync a&lt;!channel&gt;b failed',
  });
});

it('opens an incident of PagerDuty and closes the same one', () => {
  expect(pagerDutyEventOf(raised)).toMatchObject({
    event_action: 'trigger',
    dedup_key: raised.topicId,
    payload: { summary: raised.title, source: 'drawbridge/acme & co', severity: 'error' },
  });
  const end = pagerDutyEventOf(resolved);
  expect(end).toEqual({ event_action: 'resolve', dedup_key: raised.topicId });
  expect(JSON.parse(withRoutingKey(JSON.stringify(end), 'k'))).toEqual({
    routing_key: 'k',
    ...end,
  });
});

it('writes a mail that can be read without opening it', () => {
  expect(mailTextOf(resolved).subject).toBe('[acme & co] Resolved: Sync a<!channel>b failed');
  expect(mailTextOf(raised).text).toContain('https://drawbridge.example/runs/1');
});

it('keeps a secret under one installation and one channel', () => {
  const sealed = seal('installation', 'channel', 'https://hooks.slack.com/services/T/B/x');
  expect(sealed.toString('latin1')).not.toContain('hooks');
  expect(unseal('installation', 'channel', sealed)).toBe('https://hooks.slack.com/services/T/B/x');
  const code = 'channel.sealed_otherwise';
  expect(() => unseal('another', 'channel', sealed)).toThrow(expect.objectContaining({ code }));
  expect(() => unseal('installation', 'other', sealed)).toThrow(expect.objectContaining({ code }));
  sealed[sealed.length - 1]! ^= 1;
  expect(() => unseal('installation', 'channel', sealed)).toThrow(
    expect.objectContaining({ code }),
  );
});

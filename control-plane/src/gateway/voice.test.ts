import { decodeControlFrame, wireRevision, type ControlFrame } from '@drawbridge/proto';
import { beforeEach, expect, test } from 'vitest';
import type { Clock } from '../clock.js';
import type { Line } from './line.js';
import { Voice } from './voice.js';

const lease = { jobId: '11111111-0000-4000-8000-000000000000', epoch: 1n };

let said: ControlFrame[];
let closed: number[];
let sleeps: { ms: number; end: () => void }[];
let voice: Voice;

beforeEach(() => {
  said = [];
  closed = [];
  sleeps = [];
  const line: Line = {
    revision: wireRevision,
    messages: (async function* () {})(),
    send: (bytes) => {
      const decoded = decodeControlFrame(bytes);
      if (decoded.kind === 'invalid') throw new Error(decoded.problem);
      said.push(decoded.frame);
    },
    close: (code) => void closed.push(code),
  };
  const sleep = (ms: number) => new Promise<void>((end) => sleeps.push({ ms, end }));
  voice = new Voice(line, { sleep } as Clock);
});

/** The gathering of acknowledgements is over. */
async function gathered(): Promise<void> {
  for (const { end } of sleeps.splice(0)) end();
  await Promise.resolve();
}

const acks = () => said.map(({ body, ack }) => [body.case, ack]);

test('offers and cancels are numbered from 1, other frames are not', () => {
  expect(voice.say({ case: 'cancel', value: { lease } })).toBe(1n);
  expect(voice.say({ case: 'heartbeatAnswer', value: {} })).toBe(0n);
  expect(voice.say({ case: 'cancel', value: { lease } })).toBe(2n);
  expect(said.map(({ seq }) => seq)).toEqual([1n, 0n, 2n]);
});

test('what breaks a rule of the wire is not said, and uses no number', () => {
  const nobody = { jobId: 'no id', epoch: 1n };
  expect(voice.say({ case: 'cancel', value: { lease: nobody } })).toBe('frame.rule_broken');
  expect(voice.say({ case: 'cancel', value: { lease } })).toBe(1n);
  expect(said).toHaveLength(1);
});

test('acknowledgements are gathered into one', async () => {
  for (const seq of [1n, 2n, 3n]) voice.acknowledge(seq);
  expect(said).toEqual([]);
  expect(sleeps.map(({ ms }) => ms)).toEqual([50]);
  await gathered();
  expect(acks()).toEqual([['acknowledgement', 3n]]);
});

test('a frame that leaves anyway takes the acknowledgement along', async () => {
  voice.acknowledge(1n);
  voice.say({ case: 'heartbeatAnswer', value: {} });
  await gathered();
  expect(acks()).toEqual([['heartbeatAnswer', 1n]]);
});

test('a frame that is heard again is acknowledged again, and never by less', async () => {
  voice.startFrom(5n);
  voice.acknowledge(3n);
  await gathered();
  expect(acks()).toEqual([['acknowledgement', 5n]]);
});

test('the last word is a problem, said once, and nothing follows it', async () => {
  voice.acknowledge(1n);
  voice.end({ code: 'session.revoked', retryable: false });
  voice.end({ code: 'session.restarting', retryable: true });
  voice.say({ case: 'cancel', value: { lease } });
  voice.acknowledge(2n);
  await gathered();
  expect(acks()).toEqual([['problem', 1n]]);
  expect(closed).toEqual([1008]);
});

import { decodeControlFrame, wireRevision } from '@drawbridge/proto';
import { Logger } from '@nestjs/common';
import { expect, test } from 'vitest';
import { Clock } from '../clock.js';
import { Config } from '../config.js';
import { Drain } from '../drain.js';
import { Conversation } from './conversation.js';
import { Greeter } from './greeter.js';
import { Inbox } from './inbox.js';

Logger.overrideLogger(false);

const nothing = undefined as never;

/** Waits for nothing, and writes down what was asked for. */
class HastyClock extends Clock {
  readonly slept: number[] = [];
  override async sleep(ms: number): Promise<void> {
    this.slept.push(ms);
  }
}

test('a stranger who says nothing is sent away after 10 seconds', async () => {
  const clock = new HastyClock();
  const config = new Config();
  const greeter = new Greeter(nothing, nothing, nothing, config);
  const conversation = new Conversation(greeter, nothing, nothing, config, clock);
  const inbox = new Inbox({ pause: () => undefined, resume: () => undefined });
  const said: unknown[] = [];
  const line = {
    revision: wireRevision,
    messages: inbox.messages,
    send: (bytes: Uint8Array) => void said.push(decodeControlFrame(bytes)),
    close: (code: number) => {
      said.push(code);
      inbox.drop();
    },
  };
  await conversation.hold(line, new Drain(clock));
  expect(clock.slept).toEqual([10_000]);
  expect(said.slice(0, 3)).toMatchObject([
    { frame: { body: { case: 'challenge' } } },
    { frame: { body: { case: 'problem', value: { code: 'session.too_slow', retryable: true } } } },
    1008,
  ]);
});

import { readFileSync } from 'node:fs';
import {
  create,
  createFileRegistry,
  fromBinary,
  getOption,
  type DescEnum,
  type DescMessage,
} from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { describe, expect, it } from 'vitest';
import { encodeControlFrame } from './codec.js';
import { messagesIn } from './data-class.js';
import { AgentFrameSchema, ControlFrameSchema } from './gen/drawbridge/v1/frame_pb.js';
import { since, value_since as valueSince } from './gen/drawbridge/v1/since_pb.js';
import { revisionIn, tooNewIn, wireRevision } from './revision.js';
import { controlBodies } from './testing/sample-frames.js';

interface Word {
  /** The message or type that has it. */
  of: string;
  revision: number;
}

/** All fields and values by name, with the revision that brought each. */
function wordsOf(roots: readonly DescMessage[]): Map<string, Word> {
  const messages = [...new Set(roots.flatMap(messagesIn))];
  const fields = messages.flatMap((message) => message.fields);
  const enums = new Set(fields.flatMap(({ enum: type }): DescEnum[] => (type ? [type] : [])));
  return new Map([
    ...fields.map((field): [string, Word] => [
      `${field.parent.name}.${field.name}`,
      { of: field.parent.name, revision: getOption(field, since) },
    ]),
    ...[...enums].flatMap((type) =>
      type.values.map((value): [string, Word] => [
        value.name,
        { of: type.name, revision: getOption(value, valueSince) },
      ]),
    ),
  ]);
}

function releasedRoots(): DescMessage[] {
  const image = readFileSync(new URL('../test/released.binpb', import.meta.url));
  const registry = createFileRegistry(fromBinary(FileDescriptorSetSchema, image));
  return ['AgentFrame', 'ControlFrame'].map((name) => {
    const found = registry.getMessage(`drawbridge.v1.${name}`);
    if (!found) throw new Error(`No ${name} was released.`);
    return found;
  });
}

const now = wordsOf([AgentFrameSchema, ControlFrameSchema]);

it('every word that came after the last release says with which revision', () => {
  const released = wordsOf(releasedRoots());
  // What is new as a whole is said through a word that is new.
  const known = new Set([...released.values()].map(({ of }) => of));
  const silent = [...now].filter(
    ([word, { of, revision }]) => known.has(of) && !released.has(word) && revision < 2,
  );
  expect(
    silent,
    'Released agents refuse what they do not know: give it (drawbridge.v1.since), or value_since, of the next wireRevision.',
  ).toEqual([]);
});

it('no word is of a revision that is still to come, and the newest has one', () => {
  expect(Math.max(...[...now.values()].map(({ revision }) => revision))).toBe(wireRevision);
});

describe('a frame to an agent of an earlier revision', () => {
  it.each(Object.entries(controlBodies))('%s', (_name, body) => {
    const frame = { seq: 1n, ack: 0n, body };
    const refusal = { kind: 'invalid', problem: 'frame.too_new', where: 'rotate' };
    expect(encodeControlFrame(frame, 1)).toEqual(
      body?.case === 'rotate' ? refusal : encodeControlFrame(frame),
    );
    expect(encodeControlFrame(frame, 2).kind).toBe('bytes');
    // One that is newer than we are takes everything.
    expect(encodeControlFrame(frame, 3).kind).toBe('bytes');
  });

  it('is looked through to its last value', () => {
    const body = { case: 'rotate' as const, value: {} };
    const frame = create(ControlFrameSchema, { body });
    expect(tooNewIn(ControlFrameSchema, frame, 1)).toBe('rotate');
    expect(tooNewIn(ControlFrameSchema, frame, 2)).toBeUndefined();
  });
});

it.each([
  [undefined, 1],
  ['', 1],
  ['0', 1],
  ['-1', 1],
  ['2; drop', 1],
  ['99999999', 1],
  [['2', '3'], 1],
  ['2', 2],
  ['17', 17],
])('a header of %j is revision %i', (header, revision) => {
  expect(revisionIn(header)).toBe(revision);
});

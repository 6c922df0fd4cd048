import { existsSync, globSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { toJson } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import {
  decodeAgentFrame,
  decodeControlFrame,
  encodeAgentFrame,
  encodeControlFrame,
} from './codec.js';
import { AgentFrameSchema, ControlFrameSchema } from './gen/drawbridge/v1/frame_pb.js';

const folder = new URL('../test/golden/', import.meta.url).pathname;
const files = globSync(`${folder}*/*.bin`).toSorted();

/** What was said once, as the newest code hears and repeats it. */
function heard(file: string) {
  const bytes = new Uint8Array(readFileSync(file));
  if (basename(file).startsWith('agent-')) {
    const decoded = decodeAgentFrame(bytes);
    if (decoded.kind === 'invalid') return { problem: decoded };
    const { frame } = decoded;
    return {
      body: frame.body.case,
      json: toJson(AgentFrameSchema, frame),
      again: encodeAgentFrame(frame),
      bytes,
    };
  }
  const decoded = decodeControlFrame(bytes);
  if (decoded.kind === 'invalid') return { problem: decoded };
  const { frame } = decoded;
  return {
    body: frame.body.case,
    json: toJson(ControlFrameSchema, frame),
    again: encodeControlFrame(frame),
    bytes,
  };
}

describe('frames of every release', () => {
  it.each(files.map((file) => file.slice(folder.length)))('decodes %s', (name) => {
    const { problem, json, again, bytes } = heard(folder + name);
    expect(problem).toBeUndefined();
    const expected = folder + name.replace(/\.bin$/, '.json');
    expect(existsSync(expected)).toBe(true);
    expect(json).toEqual(JSON.parse(readFileSync(expected, 'utf8')));
    expect(again).toEqual({ kind: 'bytes', bytes });
  });

  it('holds one of every body', () => {
    const bodies = new Set(files.map((file) => heard(file).body));
    const known = [AgentFrameSchema, ControlFrameSchema].flatMap((schema) =>
      schema.oneofs.flatMap((oneof) => oneof.fields.map((field) => field.localName)),
    );
    expect([...bodies].toSorted()).toEqual(known.toSorted());
  });
});

import { existsSync, globSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { isFieldSet, toJson, type DescMessage, type Message } from '@bufbuild/protobuf';
import { reflect } from '@bufbuild/protobuf/reflect';
import { describe, expect, it } from 'vitest';
import {
  decodeAgentFrame,
  decodeControlFrame,
  encodeAgentFrame,
  encodeControlFrame,
} from './codec.js';
import { messagesIn } from './data-class.js';
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
      frame,
      schema: AgentFrameSchema,
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
    frame,
    schema: ControlFrameSchema,
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

  it('sets every field somewhere', () => {
    const set = new Set(files.flatMap((file) => fieldsSetIn(file)));
    const known = [AgentFrameSchema, ControlFrameSchema].flatMap((schema) =>
      messagesIn(schema).flatMap(({ typeName, fields }) =>
        fields.map(({ name }) => `${typeName}.${name}`),
      ),
    );
    expect(known.filter((field) => !set.has(field))).toEqual([]);
  });
});

function fieldsSetIn(file: string): string[] {
  const { frame, schema } = heard(file);
  return frame ? fieldsSet(schema, frame) : [];
}

function fieldsSet(schema: DescMessage, message: Message): string[] {
  const inside = reflect(schema, message);
  return schema.fields.flatMap((field) => {
    if (!isFieldSet(message, field)) return [];
    const own = `${schema.typeName}.${field.name}`;
    if (field.fieldKind === 'message')
      return [own, ...fieldsSet(field.message, inside.get(field).message)];
    if (field.fieldKind !== 'list' || field.listKind !== 'message') return [own];
    const items = [...inside.get(field)] as { message: Message }[];
    return [own, ...items.flatMap((item) => fieldsSet(field.message, item.message))];
  });
}

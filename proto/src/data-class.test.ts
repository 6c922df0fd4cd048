import {
  clone,
  create,
  createFileRegistry,
  setExtension,
  type DescMessage,
  type MessageInitShape,
} from '@bufbuild/protobuf';
import {
  DescriptorProtoSchema,
  FieldDescriptorProto_Label,
  FieldDescriptorProto_Type,
  FieldDescriptorProtoSchema,
  FieldOptionsSchema,
  FileDescriptorProtoSchema,
  type DescriptorProto,
} from '@bufbuild/protobuf/wkt';
import { describe, expect, it } from 'vitest';
import { dataClassProblems, messagesIn, whatLeaves } from './data-class.js';
import { data_class, DataClass } from './gen/drawbridge/v1/data_class_pb.js';
import {
  AgentFrameSchema,
  ControlFrameSchema,
  file_drawbridge_v1_frame,
} from './gen/drawbridge/v1/frame_pb.js';

const { BOOL, STRING, BYTES, MESSAGE } = FieldDescriptorProto_Type;
const { OPTIONAL, REPEATED } = FieldDescriptorProto_Label;

type FieldInit = MessageInitShape<typeof FieldDescriptorProtoSchema>;

/** The real AgentFrame with one more field, as a careless change would add it. */
function agentFrameWith(planted: FieldInit, nested: readonly DescriptorProto[] = []): DescMessage {
  const file = clone(FileDescriptorProtoSchema, file_drawbridge_v1_frame.proto);
  const [agentFrame] = file.messageType;
  agentFrame!.nestedType.push(...nested);
  agentFrame!.field.push(plainField({ name: 'planted', number: 99, ...planted }));
  const registry = createFileRegistry(file, (name) =>
    file_drawbridge_v1_frame.dependencies.find((dependency) => dependency.proto.name === name),
  );
  return registry.getMessage('drawbridge.v1.AgentFrame')!;
}

const plainField = (init: FieldInit) =>
  create(FieldDescriptorProtoSchema, { type: STRING, label: OPTIONAL, ...init });

function optionsOf(dataClass: DataClass | undefined) {
  const options = create(FieldOptionsSchema);
  if (dataClass !== undefined) setExtension(options, data_class, dataClass);
  return options;
}

const problemsWith = (planted: FieldInit, dataClass?: DataClass): string[] =>
  dataClassProblems(agentFrameWith({ ...planted, options: optionsOf(dataClass) })).map(
    ({ problem }) => problem,
  );

describe('the wire has no room for a row', () => {
  it('holds for every field of every message', () => {
    expect(dataClassProblems()).toEqual([]);
  });

  it('looks at every message that a frame can hold', () => {
    const said = messagesIn(AgentFrameSchema).map(({ name }) => name);
    expect(said).toEqual(expect.arrayContaining(['Hello', 'Catalog', 'Field', 'FieldDefaultList']));
    expect(said).not.toContain('SyncSpec');
    const heard = messagesIn(ControlFrameSchema).map(({ name }) => name);
    expect(heard).toEqual(expect.arrayContaining(['SyncSpec', 'Constant', 'SettingGroup']));
  });

  it('notices a field without a class', () => {
    expect(problemsWith({ type: BOOL })).toEqual(['has no data class']);
  });

  it('notices text that an agent could fill with anything', () => {
    expect(problemsWith({ type: STRING }, DataClass.CONFIG)).toEqual([
      'is text that an agent says, without a uuid or a bounded pattern',
    ]);
    expect(problemsWith({ type: STRING, label: REPEATED }, DataClass.ID)).toHaveLength(1);
  });

  it('notices a label without an end', () => {
    expect(problemsWith({ type: STRING }, DataClass.LABEL)).toEqual([
      'is a label or name without a max_len of at most 1000',
    ]);
  });

  it('notices a name of the customer’s outside of a discovery', () => {
    expect(problemsWith({ type: STRING }, DataClass.NAME)).toEqual([
      'is a name outside of a discovery',
      'is a label or name without a max_len of at most 1000',
    ]);
    const names = whatLeaves().filter(({ dataClass }) => dataClass === 'NAME');
    expect(names.map(({ message, field }) => `${message}.${field}`)).toEqual([
      'Discovered.name',
      'Discovered.label',
      'Discovered.type',
    ]);
  });

  it('notices bytes that are neither sealed, digest nor signature', () => {
    expect(problemsWith({ type: BYTES }, DataClass.CONFIG)).toHaveLength(1);
    expect(problemsWith({ type: BYTES }, DataClass.SEALED)).toEqual([]);
  });

  it('notices a map', () => {
    const entry = create(DescriptorProtoSchema, {
      name: 'PlantedEntry',
      options: { mapEntry: true },
      field: [plainField({ name: 'key', number: 1 }), plainField({ name: 'value', number: 2 })],
    });
    const planted = {
      type: MESSAGE,
      typeName: '.drawbridge.v1.AgentFrame.PlantedEntry',
      label: REPEATED,
      options: optionsOf(DataClass.LABEL),
    };
    const problems = dataClassProblems(agentFrameWith(planted, [entry]));
    expect(problems.map(({ problem }) => problem)).toContain('is a map, whose keys no rule bounds');
  });
});

describe('whatLeaves', () => {
  it('names each field with its class', () => {
    expect(whatLeaves()).toContainEqual({
      message: 'Failure',
      field: 'vendor_code',
      dataClass: 'ENUM',
    });
    expect(whatLeaves().every(({ dataClass }) => dataClass !== 'UNSPECIFIED')).toBe(true);
  });
});

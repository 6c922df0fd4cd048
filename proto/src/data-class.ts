import { getOption, ScalarType, type DescField, type DescMessage } from '@bufbuild/protobuf';
import { field as fieldRules, type FieldRules } from './gen/buf/validate/validate_pb.js';
import { data_class, DataClass } from './gen/drawbridge/v1/data_class_pb.js';
import { AgentFrameSchema, ControlFrameSchema } from './gen/drawbridge/v1/frame_pb.js';

/** A field that could carry what must never be said, and why. */
export interface DataClassProblem {
  field: string;
  problem: string;
}

const bytesClasses = new Set([DataClass.SEALED, DataClass.DIGEST, DataClass.SIGNATURE]);

/** The one message that may hold names from the customer's systems. */
const named = 'drawbridge.v1.Discovered';

/** Text that ships inside the agent may be prose, but never long enough to carry a table. */
const maxLabelLength = 1000n;

/**
 * What keeps rows off the wire is that no message has room for one. Judges every message that the two
 * frames can hold; what an agent may say is judged more strictly than what it may hear.
 */
export function dataClassProblems(
  agentFrame: DescMessage = AgentFrameSchema,
  controlFrame: DescMessage = ControlFrameSchema,
): DataClassProblem[] {
  const said = messagesIn(agentFrame);
  const heard = messagesIn(controlFrame).filter((message) => !said.includes(message));
  return [
    ...fieldsOf(said).flatMap((field) => [...shapeProblems(field), ...textProblems(field)]),
    ...fieldsOf(heard).flatMap(shapeProblems),
  ];
}

export interface LeavingField {
  message: string;
  field: string;
  dataClass: keyof typeof DataClass;
}

/** Every field that an agent can say, from the same descriptors that encode it. */
export function whatLeaves(): LeavingField[] {
  return fieldsOf(messagesIn(AgentFrameSchema)).map((field) => ({
    message: field.parent.name,
    field: field.name,
    dataClass: DataClass[classOf(field)] as keyof typeof DataClass,
  }));
}

/** The message and all that it can hold, except the library's own. */
export function messagesIn(root: DescMessage): DescMessage[] {
  const found = [root];
  // Grows while it is walked: every message brings those inside it.
  for (const message of found)
    for (const field of message.fields)
      if (field.message && isOurs(field.message) && !found.includes(field.message))
        found.push(field.message);
  return found;
}

const isOurs = (message: DescMessage): boolean => message.typeName.startsWith('drawbridge.');

const fieldsOf = (messages: readonly DescMessage[]): DescField[] =>
  messages.flatMap((message) => message.fields);

const classOf = (field: DescField): DataClass => getOption(field, data_class);

function shapeProblems(field: DescField): DataClassProblem[] {
  const dataClass = classOf(field);
  return problemsOf(field, [
    [dataClass === DataClass.UNSPECIFIED, 'has no data class'],
    [field.fieldKind === 'map', 'is a map, whose keys no rule bounds'],
    [isForeign(field), 'is of a type that can hold anything'],
    [
      isOf(field, ScalarType.BYTES) && !bytesClasses.has(dataClass),
      'is bytes, but neither sealed, digest nor signature',
    ],
  ]);
}

/** Of the library's own messages only a point in time is needed. */
const isForeign = ({ message }: DescField): boolean =>
  message !== undefined && !isOurs(message) && message.typeName !== 'google.protobuf.Timestamp';

function textProblems(field: DescField): DataClassProblem[] {
  if (!isOf(field, ScalarType.STRING)) return [];
  const isName = classOf(field) === DataClass.NAME;
  const isLabel = classOf(field) === DataClass.LABEL || isName;
  const rules = getOption(field, fieldRules);
  return problemsOf(field, [
    [isName && field.parent.typeName !== named, 'is a name outside of a discovery'],
    [
      !isLabel && !isBounded(rules),
      'is text that an agent says, without a uuid or a bounded pattern',
    ],
    [
      isLabel && !isBounded(rules) && !isShort(rules),
      `is a label or name without a max_len of at most ${maxLabelLength}`,
    ],
  ]);
}

/** A list carries its rule for each item. */
const textRules = (rules: FieldRules) => {
  const { type } = rules;
  const inner = type.case === 'repeated' ? type.value.items?.type : type;
  return inner?.case === 'string' ? inner.value : undefined;
};

const isShort = (rules: FieldRules): boolean => {
  const maxLen = textRules(rules)?.maxLen ?? 0n;
  return maxLen > 0n && maxLen <= maxLabelLength;
};

/** A uuid, or a whole pattern that either repeats nothing without end or has a length beside it. */
function isBounded(rules: FieldRules): boolean {
  const text = textRules(rules);
  if (!text) return false;
  if (text.uuid) return true;
  const isWhole = text.pattern.startsWith('^') && text.pattern.endsWith('$');
  const isEndless = /(?<!\\)([*+]|\{\d*,\})/.test(text.pattern);
  return isWhole && (!isEndless || isShort(rules));
}

const isOf = (field: DescField, scalar: ScalarType): boolean =>
  (field.fieldKind === 'scalar' && field.scalar === scalar) ||
  (field.fieldKind === 'list' && field.listKind === 'scalar' && field.scalar === scalar) ||
  (field.fieldKind === 'map' && field.mapKind === 'scalar' && field.scalar === scalar);

const problemsOf = (
  field: DescField,
  checks: readonly (readonly [boolean, string])[],
): DataClassProblem[] =>
  checks
    .filter(([isBroken]) => isBroken)
    .map(([, problem]) => ({ field: `${field.parent.name}.${field.name}`, problem }));

import {
  create,
  fromBinary,
  toBinary,
  type DescMessage,
  type MessageInitShape,
  type MessageShape,
} from '@bufbuild/protobuf';
import { createValidator } from '@bufbuild/protovalidate';
import {
  AgentFrameSchema,
  ControlFrameSchema,
  type AgentFrame,
  type ControlFrame,
} from './gen/drawbridge/v1/frame_pb.js';
import { tooNewIn, wireRevision } from './revision.js';
import { hasUnknownFields } from './unknown-fields.js';

/** Largest frame that either side sends or takes. The websocket's own limit must not be lower. */
export const maxFrameBytes = 1024 * 1024;

/** Why a frame is refused. It goes into `Problem.code` and into logs; it never holds a value. */
export type FrameProblem =
  | 'frame.too_large'
  | 'frame.malformed'
  /** A field that this side doesn't know: a newer peer, or something that must not be said. */
  | 'frame.unknown_field'
  /** A field or value that the other side doesn't know: it is of an earlier revision of the wire. */
  | 'frame.too_new'
  | 'frame.no_body'
  | 'frame.rule_broken';

/** `where` names fields and rules, for example "finished.lease.job_id string.uuid". */
export interface Invalid {
  kind: 'invalid';
  problem: FrameProblem;
  where: string;
}
export type Encoded = { kind: 'bytes'; bytes: Uint8Array } | Invalid;
export type Decoded<Frame> = { kind: 'frame'; frame: Frame } | Invalid;

export const encodeAgentFrame = (frame: MessageInitShape<typeof AgentFrameSchema>): Encoded =>
  encode(AgentFrameSchema, frame);

/** `revision` is that of the agent, which would refuse what came later. */
export const encodeControlFrame = (
  frame: MessageInitShape<typeof ControlFrameSchema>,
  revision = wireRevision,
): Encoded => encode(ControlFrameSchema, frame, revision);

export const decodeAgentFrame = (bytes: Uint8Array): Decoded<AgentFrame> =>
  decode(AgentFrameSchema, bytes);

export const decodeControlFrame = (bytes: Uint8Array): Decoded<ControlFrame> =>
  decode(ControlFrameSchema, bytes);

type FrameSchema = typeof AgentFrameSchema | typeof ControlFrameSchema;

const validator = createValidator({ failFast: true });

/** Checked before it is said as well: a frame that breaks a rule is our bug and must not leave. */
function encode<Schema extends FrameSchema>(
  schema: Schema,
  init: MessageInitShape<Schema>,
  revision = wireRevision,
): Encoded {
  const frame = create(schema, init);
  const refusal = refusalOf(schema, frame);
  if (refusal) return refusal;
  const where = tooNewIn(schema, frame, revision);
  if (where !== undefined) return { kind: 'invalid', problem: 'frame.too_new', where };
  const bytes = toBinary(schema, frame);
  return bytes.byteLength > maxFrameBytes ? tooLarge(bytes) : { kind: 'bytes', bytes };
}

function decode<Schema extends FrameSchema>(
  schema: Schema,
  bytes: Uint8Array,
): Decoded<MessageShape<Schema>> {
  if (bytes.byteLength > maxFrameBytes) return tooLarge(bytes);
  const frame = parse(schema, bytes);
  if (!frame) return { kind: 'invalid', problem: 'frame.malformed', where: '' };
  return refusalOf(schema, frame) ?? { kind: 'frame', frame };
}

/** The library throws on bytes that aren't the message; to us they are just a bad frame. */
function parse<Schema extends DescMessage>(
  schema: Schema,
  bytes: Uint8Array,
): MessageShape<Schema> | undefined {
  try {
    return fromBinary(schema, bytes);
  } catch {
    return undefined;
  }
}

function refusalOf<Schema extends FrameSchema>(
  schema: Schema,
  frame: MessageShape<Schema>,
): Invalid | undefined {
  if (hasUnknownFields(frame))
    return { kind: 'invalid', problem: 'frame.unknown_field', where: '' };
  if (frame.body.case === undefined)
    return { kind: 'invalid', problem: 'frame.no_body', where: '' };
  const result = validator.validate(schema, frame);
  if (result.kind === 'valid') return undefined;
  return { kind: 'invalid', problem: 'frame.rule_broken', where: whereOf(result) };
}

type Unsatisfied = Exclude<ReturnType<typeof validator.validate>, { kind: 'valid' }>;

/** Names only: a violation's message may quote the value that broke the rule. */
function whereOf(result: Unsatisfied): string {
  const violation = result.violations?.[0];
  if (!violation) return '';
  const path = violation.field.map((step) => ('name' in step ? step.name : '[]')).join('.');
  return `${path} ${violation.ruleId}`.trim();
}

const tooLarge = (bytes: Uint8Array): Invalid => ({
  kind: 'invalid',
  problem: 'frame.too_large',
  where: `${bytes.byteLength} bytes`,
});

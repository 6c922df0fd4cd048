import { getOption, type DescEnum, type DescMessage, type Message } from '@bufbuild/protobuf';
import { reflect, type ReflectMessage } from '@bufbuild/protobuf/reflect';
import { since, value_since as valueSince } from './gen/drawbridge/v1/since_pb.js';

/**
 * What this side can say and take in, as one number. Each change of the wire after the first release of it has the next
 * one, and what it brings says so in the schema (`since`, `value_since`):
 *
 *   1  the first
 *   2  rotate, next_key
 */
export const wireRevision = 2;

/**
 * An agent tells its revision in this header of its request for a connection, before the first frame: a frame with one
 * more field would itself be refused.
 */
export const revisionHeader = 'drawbridge-wire';

/** Whoever says nothing, or nonsense, is taken for one of the first. */
export function revisionIn(header: string | readonly string[] | undefined): number {
  return typeof header === 'string' && /^[1-9]\d{0,5}$/.test(header) ? Number(header) : 1;
}

/** Where a message says what came after that revision, such as "rotate"; undefined when it does not. */
export function tooNewIn(
  schema: DescMessage,
  message: Message,
  revision: number,
): string | undefined {
  // Nothing is newer than we are, and nearly all agents are as new.
  return revision >= wireRevision ? undefined : newerIn(reflect(schema, message), revision);
}

function newerIn(message: ReflectMessage, revision: number): string | undefined {
  for (const field of message.fields) {
    if (!message.isSet(field)) continue;
    if (getOption(field, since) > revision) return field.name;
    for (const value of valuesOf(message, field)) {
      const isNewer = field.enum && isNewerValue(field.enum, value, revision);
      const inside = isMessage(value) ? newerIn(value, revision) : undefined;
      if (isNewer) return field.name;
      if (inside !== undefined) return `${field.name}.${inside}`;
    }
  }
  return undefined;
}

/** The wire has no maps. */
function valuesOf(message: ReflectMessage, field: DescMessage['fields'][number]): unknown[] {
  return field.fieldKind === 'list' ? [...message.get(field)] : [message.get(field)];
}

const isMessage = (value: unknown): value is ReflectMessage =>
  typeof value === 'object' && value !== null && 'desc' in value && 'message' in value;

function isNewerValue(type: DescEnum, number: unknown, revision: number): boolean {
  const value = type.values.find((one) => one.number === number);
  return value !== undefined && getOption(value, valueSince) > revision;
}

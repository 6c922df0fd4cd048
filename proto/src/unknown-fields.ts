import type { Message } from '@bufbuild/protobuf';

/**
 * True when the message, or one inside it, was sent with a field that our schema doesn't have. The
 * library keeps such fields aside and would carry them along silently; a wire that promises what it
 * can't carry must refuse them.
 */
export function hasUnknownFields(message: Message): boolean {
  if (message.$unknown?.length) return true;
  return Object.values(message).some(holdsUnknownFields);
}

function holdsUnknownFields(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return false;
  if (Array.isArray(value)) return value.some(holdsUnknownFields);
  if ('$typeName' in value) return hasUnknownFields(value as Message);
  // A oneof: { case, value }.
  return 'case' in value && 'value' in value && holdsUnknownFields(value.value);
}

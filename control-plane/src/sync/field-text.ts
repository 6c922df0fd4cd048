import type { ConstantEntry, FieldValueEntry } from '@drawbridge/proto';

/** What a field gets, as a person reads it. */
export function fieldText(value: FieldValueEntry): string {
  switch (value.kind) {
    case 'column':
      return value.column;
    case 'template':
      return value.template;
    case 'metadata':
      return value.metadata;
    case 'constant':
      return constantText(value.constant);
  }
}

function constantText(constant: ConstantEntry): string {
  if ('text' in constant) return JSON.stringify(constant.text);
  if ('number' in constant) return constant.number;
  return 'flag' in constant ? String(constant.flag) : 'null';
}

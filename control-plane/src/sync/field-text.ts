import type { ConstantEntry, FieldValueEntry, LookupEntry } from '@drawbridge/proto';

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
    case 'lookup':
      return lookupText(value.lookup);
  }
}

/** `public.accounts.id where domain = company_domain`. */
function lookupText({ object, match, returns }: LookupEntry): string {
  const pairs = match.map(({ field, column }) => `${field} = ${column}`);
  return `${object}.${returns} where ${pairs.join(' and ')}`;
}

function constantText(constant: ConstantEntry): string {
  if ('text' in constant) return JSON.stringify(constant.text);
  if ('number' in constant) return constant.number;
  return 'flag' in constant ? String(constant.flag) : 'null';
}

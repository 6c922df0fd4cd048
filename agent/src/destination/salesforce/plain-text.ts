import type { ValueType } from '../../connector/value.js';

/** A canonical text (`connector/value.ts`) as Salesforce and its CSV write the same value. */
export function plainTextOf(text: string, type: ValueType): string {
  switch (type) {
    case 'boolean':
      return text === 't' ? 'true' : 'false';
    case 'bytes':
      return Buffer.from(text.slice(2), 'hex').toString('base64');
    case 'timestamp':
      return text.replace(' ', 'T');
    case 'timestamptz':
      return text.replace(' ', 'T').replace('+00', 'Z');
    default:
      return text;
  }
}

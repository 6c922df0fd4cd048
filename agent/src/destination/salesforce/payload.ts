import { Failure } from '../../failure.js';
import type { Constant } from './constant.js';
import type { DescribedField } from './describe.js';
import type { FieldRule } from './field-rule.js';
import { plainTextOf } from './plain-text.js';

/**
 * A record as JSON, byte for byte what is sent; numbers keep every digit. `texts` are canonical, in the order of `rules`;
 * `members` are written beside them. Throws REJECTED `destination.bad_value`.
 */
export function recordJson(
  type: string,
  {
    texts,
    rules,
  }: { texts: readonly (string | null)[]; rules: readonly (FieldRule | undefined)[] },
  members: readonly string[],
): string {
  const parts = [`"attributes":{"type":${JSON.stringify(type)}}`, ...members];
  rules.forEach((rule, n) => {
    const part = rule && memberOf(rule, texts[n] ?? null);
    if (part !== undefined) parts.push(part);
  });
  return `{${parts.join(',')}}`;
}

export function constantMember({ field, text }: Constant): string {
  return `${JSON.stringify(field.name)}:${valueJson(field, text)}`;
}

/** The text that a rule makes of a canonical one. */
export function fittedText({ fit, from }: FieldRule, text: string): string {
  const plain = plainTextOf(text, from);
  return fit ? fit(plain) : plain;
}

/** A reference is cleared by its own name: a relationship can not be NULL. */
function memberOf(rule: FieldRule, text: string | null): string | undefined {
  const { field, related, omitsNulls } = rule;
  if (text === null) return omitsNulls ? undefined : `${JSON.stringify(field.name)}:null`;
  const value = fittedText(rule, text);
  if (!related) return `${JSON.stringify(field.name)}:${valueJson(field, value)}`;
  const type = related.isOneOfMany
    ? `"attributes":{"type":${JSON.stringify(related.object)}},`
    : '';
  const inside = `${JSON.stringify(related.by.name)}:${valueJson(related.by, value)}`;
  return `${JSON.stringify(related.relationship)}:{${type}${inside}}`;
}

const numbers = new Set(['int', 'long', 'double', 'currency', 'percent']);
const jsonNumber = /^-?(0|[1-9]\d*)(\.\d+)?([eE][-+]?\d+)?$/;

function valueJson({ type }: DescribedField, text: string | null): string {
  if (text === null) return 'null';
  if (numbers.has(type) && jsonNumber.test(text)) return text;
  if (type === 'boolean' && (text === 'true' || text === 'false')) return text;
  return JSON.stringify(text);
}

/** What went wrong with one row alone; anything else is thrown on. */
export function rejectionOf(error: unknown): Failure {
  if (error instanceof Failure && error.kind === 'REJECTED') return error;
  throw error;
}

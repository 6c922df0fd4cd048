import { makeCompiler } from '../../connector/template.js';
import type { Template } from '../../connector/template.js';

/** A template of Slack's markup: what it inserts is text, after every filter. */
export function compileText(template: string, escape: (text: string) => string): Template {
  return makeCompiler((value) => escape(insertedText(value)))(template);
}

/** As Liquid prints it, but for objects, which it has no text for. */
export function insertedText(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'string') return value;
  return typeof value === 'object' ? JSON.stringify(value) : String(value as number | boolean);
}

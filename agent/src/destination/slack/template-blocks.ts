import { makeCompiler } from '../../connector/template.js';
import type { JsonRecord } from '../../connector/destination.js';
import { Failure } from '../../failure.js';
import { insertedText } from './template-text.js';

// A value may end neither the text that it is inserted into nor the JSON around that. So what is inserted is written as
// JSON writes it, between two marks; and once the JSON is read, each place says how a value has to be escaped there: as
// markup where Slack reads markup, as it is everywhere else.

/** Code points that Unicode keeps from ever being characters. */
const open = '\uFDD0';
const close = '\uFDD1';
const marks = /[\uFDD0\uFDD1]/g;
const marked = /\uFDD0([^\uFDD0\uFDD1]*)\uFDD1/g;

const compile = makeCompiler((value) => {
  if (typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value)))
    return String(value);
  const text = insertedText(value).replaceAll(marks, '\uFFFD');
  return open + JSON.stringify(text).slice(1, -1) + close;
});

export type Block = Readonly<Record<string, unknown>>;

/** A template of Block Kit's JSON: an array of blocks, or an object that has them as `blocks`. */
export function compileBlocks(
  template: string,
  { escape, mentions }: { escape: (text: string) => string; mentions: boolean },
): (record: JsonRecord) => Block[] {
  const { render } = compile(template);
  return (record) => {
    const parsed = blocksIn(parse(render(record)));
    return parsed.map((block) => settle(block, { escape, mentions }) as Block);
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw badBlocks(text, cause);
  }
}

function blocksIn(value: unknown): unknown[] {
  const blocks = isObject(value) && Object.keys(value).length === 1 ? value['blocks'] : value;
  const isList = Array.isArray(blocks) && blocks.length > 0;
  if (isList && blocks.every((block) => isObject(block) && typeof block['type'] === 'string'))
    return blocks;
  throw badBlocks(JSON.stringify(value));
}

function badBlocks(detail: string, cause?: unknown): Failure {
  return new Failure(
    'REJECTED',
    'destination.bad_blocks',
    'The template makes no list of blocks for this row. Insert values between quotes, and without filters that quote.',
    { detail: detail.replaceAll(marks, ''), ...(cause !== undefined && { cause }) },
  );
}

function settle(
  value: unknown,
  how: { escape: (text: string) => string; mentions: boolean },
): unknown {
  if (typeof value === 'string') return value.replaceAll(marked, '$1');
  if (Array.isArray(value)) return value.map((part) => settle(part, how));
  if (!isObject(value)) return value;
  const isMarkup = value['type'] === 'mrkdwn' || value['type'] === 'markdown';
  const settled = Object.entries(value).map(([name, part]) => {
    if (name.includes(open)) throw badBlocks(name);
    const isText = isMarkup && name === 'text' && typeof part === 'string';
    return [name, isText ? escapeIn(part, how.escape) : settle(part, how)];
  });
  // Else Slack looks for names of people and channels in the text of its own accord.
  const verbatim = value['type'] === 'mrkdwn' && !how.mentions && { verbatim: true };
  return { ...verbatim, ...Object.fromEntries(settled) } as unknown;
}

function escapeIn(text: string, escape: (text: string) => string): string {
  return text.replaceAll(marked, (_, inserted: string) => escape(inserted));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

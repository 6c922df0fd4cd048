import { makeCompiler } from '../../connector/template.js';
import type { Template } from '../../connector/template.js';
import type { JsonRecord } from '../../connector/destination.js';
import { Failure, failureOf } from '../../failure.js';

// A row decides which record of the endpoint is meant, never which endpoint: a value that is missing, climbs, or names
// another host would have us delete a whole collection, or hand the credential to a stranger.

const compile = makeCompiler(inserted);

/** Templates of URLs: what they insert is percent-encoded, after every filter. */
export function compileUrl(text: string): Template {
  const template = compile(text);
  const parts = text.split(/\{\{\s*([A-Za-z_]\w*)\s*\}\}/);
  const names = parts.filter((_, n) => n % 2 === 1);
  const isPlain =
    parts.every((part, n) => n % 2 === 1 || !/\{[{%]/.test(part)) &&
    names.every((name) => template.variables.includes(name));
  return isPlain ? { ...template, render: (record) => filled(parts, record, template) } : template;
}

/** A URL that only names columns needs no engine; where a column is missing, the engine says so. */
function filled(parts: readonly string[], record: JsonRecord, template: Template): string {
  if (parts.some((part, n) => n % 2 === 1 && !Object.hasOwn(record, part)))
    return template.render(record);
  const text = parts.map((part, n) => (n % 2 === 1 ? inserted(record[part]) : part)).join('');
  return text.length > mostPlainLength ? template.render(record) : text;
}

/** Whether longer ones are too long is the engine's to say. */
const mostPlainLength = 65_536;
/** Needs no escape, is no step, and hides none. */
const plainName = /^[\w-]+$/;

/** The record's URL, below the base and nowhere else; else REJECTED `record.bad_url`. `baseUrl` has no query. */
export function urlOf(template: Template, record: JsonRecord, baseUrl: string): string {
  const text = template.render(record);
  const base = new URL(withSlash(baseUrl));
  const url = URL.parse(text, base.href);
  if (!url) throw badUrl('This is no URL.', text);
  if (url.origin !== base.origin || url.username !== base.username)
    throw badUrl('The URL is on another host than baseUrl.', text);
  // Tabs and line breaks are nothing to a URL, so they may not hide a step.
  const [path = ''] = text.replaceAll(/[\t\n\r]/g, '').split(/[?#]/);
  if (!url.pathname.startsWith(base.pathname) || path.split('/').some(climbs))
    throw badUrl('The URL is not below baseUrl.', text);
  return url.href;
}

/** A URL that no row has a part in is right or wrong before anything is sent. */
export function checkFixedUrl(url: Template, base: string): void {
  try {
    urlOf(url, {}, base);
  } catch (cause) {
    throw new Failure(
      'CONFIG',
      'destination.url_elsewhere',
      'A URL of this sync is not below baseUrl. Write it relative to baseUrl, or change baseUrl.',
      { detail: failureOf(cause).detail ?? '', cause },
    );
  }
}

function inserted(value: unknown): string {
  const text = Array.isArray(value) ? value.join('') : String(value ?? '');
  if (plainName.test(text)) return text;
  if (text.trim() === '') throw badUrl('A value that the URL inserts is NULL or empty.', text);
  if (decodings(text).some((decoded) => /\p{Cc}/u.test(decoded) || !decoded.isWellFormed()))
    throw badUrl('A value that the URL inserts has control characters.', text);
  if (decodings(text).some(climbs))
    throw badUrl('A value that the URL inserts is not the name of one thing.', text);
  return encodeURIComponent(text);
}

/** Whether a part between slashes would be read as a step, by the far side or by any proxy that decodes on the way. */
function climbs(part: string): boolean {
  if (plainName.test(part)) return false;
  return decodings(part).some((decoded) => {
    const steps = decoded.split(/[/\\]/);
    return steps.some((step) => isStep(step)) || (steps.length > 1 && steps.includes(''));
  });
}

/** Path parameters (`..;x`) and spaces around do not make a step a name. */
function isStep(text: string): boolean {
  return /^\s*\.{1,2}\s*(;.*)?$/s.test(text);
}

/** The text, and what comes of decoding it again and again. */
function decodings(text: string): string[] {
  const all = [text];
  for (let last = text; all.length < 8; all.push(last)) {
    const decoded = decodedOnce(last);
    if (decoded === last) break;
    last = decoded;
  }
  return all;
}

/** What is no escape stays, so that one stray percent sign does not hide the rest. */
function decodedOnce(text: string): string {
  return text.replaceAll(/(%[0-9a-f]{2})+/gi, (escapes) => {
    try {
      return decodeURIComponent(escapes);
    } catch {
      return Buffer.from(escapes.replaceAll('%', ''), 'hex').toString('latin1');
    }
  });
}

function badUrl(message: string, detail: string): Failure {
  return new Failure('REJECTED', 'record.bad_url', message, { detail });
}

function withSlash(url: string): string {
  return url.endsWith('/') ? url : `${url}/`;
}

import { makeCompiler } from '../../connector/template.js';
import type { Template } from '../../connector/template.js';
import type { JsonRecord } from '../../connector/destination.js';
import { Failure, failureOf } from '../../failure.js';

// A row decides which record of the endpoint is meant, never which endpoint: a value that is missing, climbs, or names
// another host would have us delete a whole collection, or hand the credential to a stranger.

const compile = makeCompiler(inserted);

export interface UrlTemplate extends Template {
  /** Where it does nothing but insert columns: text, column, text, … */
  readonly parts?: readonly string[];
}

/** Templates of URLs: what they insert is percent-encoded, after every filter. */
export function compileUrl(text: string): UrlTemplate {
  const template = compile(text);
  const parts = text.split(/\{\{\s*([A-Za-z_]\w*)\s*\}\}/);
  const names = parts.filter((_, n) => n % 2 === 1);
  const isPlain =
    parts.every((part, n) => n % 2 === 1 || !/\{[{%]/.test(part)) &&
    names.every((name) => template.variables.includes(name));
  if (!isPlain) return template;
  return { ...template, parts, render: (record) => filled(parts, record, template) };
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

/**
 * `urlOf` for many records. What is right with a plain name in the place of every column is right with any other: such
 * URLs are put together without taking them apart again.
 */
export function urlsOf(template: UrlTemplate, baseUrl: string): (record: JsonRecord) => string {
  const general = (record: JsonRecord): string => urlOf(template, record, baseUrl);
  const { parts } = template;
  if (!parts || !isUnchanged(parts, baseUrl)) return general;
  const base = withSlash(baseUrl);
  return (record) => {
    let url = base;
    for (let n = 0; n < parts.length; n += 1) {
      const part = parts[n] ?? '';
      const text = n % 2 === 0 ? part : record[part];
      if (n % 2 === 1 && !isPlainName(text)) return general(record);
      url += String(text);
    }
    return url.length > mostPlainLength ? general(record) : url;
  };
}

function isUnchanged(parts: readonly string[], baseUrl: string): boolean {
  const text = parts.map((part, n) => (n % 2 === 1 ? 'x' : part)).join('');
  const url = `${withSlash(baseUrl)}${text}`;
  const isSafe = parts.every((part, n) => n % 2 === 1 || /^[\w\-./?=&]*$/.test(part));
  return isSafe && URL.parse(text, withSlash(baseUrl))?.href === url && !text.includes('..');
}

function isPlainName(value: unknown): boolean {
  if (typeof value === 'number') return Number.isSafeInteger(value);
  return typeof value === 'string' && plainName.test(value);
}

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

import { disguisesOf } from './disguise.js';

const mark = '[redacted]';
/** More than an agent has connections; who rotates a secret every hour is not remembered for ever. */
const mostSecrets = 1_000;

/** Headers by which a caller proves who it is, and what a server gives a caller to prove it with later. */
const credentialName =
  /^((proxy-)?authorization|(set-)?cookie2?|(x-)?api-?key|x-[\w-]*(token|secret|key|signature|password))$/i;

const isCredentialName = (name: string): boolean => credentialName.test(name);

/** The same names where a body or a message quotes them: `"authorization": "…"`, `X-Api-Key: …`. */
const quotedHeader = new RegExp(
  [
    /\b((?:proxy-)?authorization|(?:set-)?cookie2?|x-api-key|api-key|x-(?:auth|access|amz-security|csrf)-token)/,
    /((?:\\?["'])?\s*[:=]\s*)/,
    // In quotes, in quotes inside of quotes, or up to the end of the line.
    /("(?:[^"\\]|\\.)*"?|\\"(?:\\\\\\"|[^"\\]|\\(?!"))*(?:\\")?|'[^']*'?|[^\r\n"']+)/,
  ]
    .map(({ source }) => source)
    .join(''),
  'gi',
);
const schemeAndToken = /\b(bearer|basic)\s+[\w.~+/=-]{6,}/gi;
const userinfo = /([a-z][a-z0-9+.-]*:\/\/)[^\s/?#@"'<>]+@/gi;

/**
 * What this agent knows to be secret, for the errors that rest in the bucket: an endpoint may quote the request that
 * it refuses, headers and all. Holds what was resolved in the memory of the process, as the connections do.
 */
export class Redaction {
  private readonly secrets = new Set<string>();
  private pattern: RegExp | undefined;

  /** From now on it is taken out, in every form that it may come back in. */
  learn(secret: string): void {
    if (secret === '' || this.secrets.has(secret)) return;
    this.secrets.add(secret);
    const [oldest] = this.secrets;
    if (oldest !== undefined && this.secrets.size > mostSecrets) this.secrets.delete(oldest);
    this.pattern = undefined;
  }

  /** `name` is that of the header or field that holds the text, or empty. */
  readonly redact = (text: string, name: string): string => {
    if (isCredentialName(name)) return mark;
    return text
      .replace(this.known(), mark)
      .replace(quotedHeader, (_, header: string, sign: string, value: string) => {
        const [quote = ''] = /^\\?["']/.exec(value) ?? [];
        return `${header}${sign}${quote}${mark}${quote}`;
      })
      .replace(schemeAndToken, `$1 ${mark}`)
      .replace(userinfo, `$1${mark}@`);
  };

  private known(): RegExp {
    this.pattern ??= patternOf([...this.secrets].flatMap(disguisesOf));
    return this.pattern;
  }
}

/** The longest form first: a part of it must not be all that goes. */
function patternOf(forms: readonly string[]): RegExp {
  const sorted = forms.toSorted((a, b) => b.length - a.length);
  return new RegExp(sorted.length > 0 ? sorted.map(escaped).join('|') : '(?!)', 'g');
}

const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');

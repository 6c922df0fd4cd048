/** A form that is shorter says nothing of the secret, and would be found everywhere. */
const leastLength = 4;
/** A line of a key or a certificate; shorter ones are its frame. */
const leastLineLength = 16;

/**
 * Every form in which a secret may come back from a server that quotes what it was sent: as it is, a part of it, or
 * escaped, percent-encoded, in base64 at any place of a longer text, in hex.
 */
export function disguisesOf(secret: string): string[] {
  const forms = partsOf(secret).flatMap((part) => [
    part,
    JSON.stringify(part).slice(1, -1),
    part.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;'),
    ...percentForms(part),
    ...base64Forms(part),
    ...hexForms(part),
  ]);
  return [...new Set(forms)].filter((form) => form.length >= leastLength || form === secret);
}

/** `Bearer x` is known by x, `Basic x` by what x is made of, a key of several lines by each of them. */
function partsOf(secret: string): string[] {
  const [, scheme = '', token = ''] = /^([A-Za-z][\w-]*) +(\S.*)$/s.exec(secret) ?? [];
  const [, user = '', password = ''] =
    scheme.toLowerCase() === 'basic'
      ? (/^([^:]*):(.*)$/s.exec(Buffer.from(token, 'base64').toString()) ?? [])
      : [];
  const lines = secret.split(/\r?\n/).filter((line) => line.length >= leastLineLength);
  const pair = password === '' ? [] : [`${user}:${password}`, password];
  return [secret, ...(token === '' ? [] : [token]), ...pair, ...lines].filter(Boolean);
}

function percentForms(text: string): string[] {
  const strict = percentEncoded(text).replace(
    /[!'()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  const forms = [percentEncoded(text), strict, strict.replaceAll('%20', '+')];
  return [...forms, ...forms.map((form) => form.replace(/%../g, (code) => code.toLowerCase()))];
}

/** A lone half of a surrogate pair has no such form; in UTF-8 it becomes the sign for that. */
function percentEncoded(text: string): string {
  return encodeURIComponent(text.toWellFormed());
}

/** What base64 makes of a text depends on how many bytes are before it; the characters at its ends are shared with them. */
function base64Forms(text: string): string[] {
  const bytes = Buffer.from(text);
  return [0, 1, 2].flatMap((before) => {
    const all = Buffer.concat([Buffer.alloc(before), bytes]);
    const own = [before === 0 ? 0 : before + 1, Math.floor((all.length * 8) / 6)] as const;
    return [all.toString('base64').slice(...own), all.toString('base64url').slice(...own)];
  });
}

function hexForms(text: string): string[] {
  const hex = Buffer.from(text).toString('hex');
  return [hex, hex.toUpperCase()];
}

// Record ids: 3 characters that name the object, 12 that name the record, and 3 that hold the case of the first 15, so
// that an id survives programs which don't tell `a` from `A`.
const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const checks = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ012345';
const org = '5g0';

/** The 18 characters for record `n` of an object. */
export function idOf(prefix: string, n: number): string {
  let rest = '';
  for (let left = n, at = 0; at < 9; at += 1) {
    rest = digits[left % 62]! + rest;
    left = Math.floor(left / 62);
  }
  const short = prefix + org + rest;
  return short + checkOf(short);
}

/** Undefined where the text is no id of this org: neither 15 characters nor 18 with their right check characters. */
export function parseId(text: string): { prefix: string; n: number } | undefined {
  if (!/^[0-9A-Za-z]{15}(?:[0-9A-Za-z]{3})?$/.test(text)) return undefined;
  if (text.length === 18 && checkOf(text.slice(0, 15)) !== text.slice(15)) return undefined;
  let n = 0;
  for (const digit of text.slice(6, 15)) n = n * 62 + digits.indexOf(digit);
  return { prefix: text.slice(0, 3), n: text.slice(3, 6) === org ? n : -1 };
}

/** One character for five: a bit for each that is a capital, the first one the lowest. */
function checkOf(short: string): string {
  let check = '';
  for (let group = 0; group < 15; group += 5) {
    let bits = 0;
    for (let at = 0; at < 5; at += 1) {
      const code = short.charCodeAt(group + at);
      if (code >= 65 && code <= 90) bits |= 1 << at;
    }
    check += checks[bits];
  }
  return check;
}

import { AppError } from '../app-error.js';
import type { Mail } from './mailer.js';

/** One address and nothing beside it: what separates addresses, quotes or begins a new line would add recipients. */
const isAddress = (text: string): boolean =>
  text.length <= 254 && /^[^\s@<>()[\]\\,;:"\p{Cc}]+@[^\s@<>()[\]\\,;:"\p{Cc}]+$/u.test(text);

const domainOf = (from: string): string => /@([^\s<>@]+)>?$/.exec(from)?.[1] ?? 'localhost';

/** As the library takes it. Throws AppError `mail.bad_address`. */
export function messageOf({ id, to, subject, text, html }: Mail, from: string): object {
  if (!isAddress(to))
    throw new AppError(
      'mail.bad_address',
      'A mail goes to one address, such as you@example.com. Correct it.',
    );
  return {
    from,
    // As an object it is not parsed, so that it can't be several.
    to: { name: '', address: to },
    subject,
    text,
    ...(html !== undefined && { html }),
    ...(id !== undefined && { messageId: `<${id}@${domainOf(from)}>` }),
    // RFC 3834: nobody's out-of-office note comes back.
    headers: { 'Auto-Submitted': 'auto-generated' },
    disableFileAccess: true,
    disableUrlAccess: true,
  };
}

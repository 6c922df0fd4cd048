import { isIP } from 'node:net';
import { createTransport } from 'nodemailer';
import { AppError } from '../app-error.js';
import { type Mail, Mailer } from './mailer.js';
import { messageOf } from './message.js';

export interface SmtpOptions {
  /**
   * `smtps://user:password@host` speaks TLS from the start (port 465), `smtp://…` after STARTTLS (587), which must succeed
   * unless the server is on this machine or the address ends with `?tls=optional`.
   */
  url: string;
  /** The sender, `Name <address>` or an address. */
  from: string;
  /** For a connection, a greeting, and any silence after them; 15 s unless told otherwise. */
  timeoutMs?: number;
  /** Certificate authorities to believe beside those of Node, as PEM. */
  ca?: string;
}

/** One connection a mail: they are few, and a connection that rests is one that breaks. */
export class SmtpMailer extends Mailer {
  private readonly transport;

  constructor(private readonly options: SmtpOptions) {
    super();
    this.transport = createTransport(transportOf(options));
  }

  async send(mail: Mail): Promise<void> {
    const message = messageOf(mail, this.options.from);
    try {
      await this.transport.sendMail(message);
    } catch (error) {
      throw refusalOf(error);
    }
  }
}

function transportOf({ url, timeoutMs = 15_000, ca }: SmtpOptions) {
  const { protocol, hostname, port, username, password, searchParams } = new URL(url);
  const secure = protocol === 'smtps:';
  const host = hostname.replaceAll(/[[\]]/g, '');
  return {
    host,
    port: port ? Number(port) : secure ? 465 : 587,
    secure,
    requireTLS: !secure && !isThisMachine(host) && searchParams.get('tls') !== 'optional',
    ...(username && {
      auth: { user: decodeURIComponent(username), pass: decodeURIComponent(password) },
    }),
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    dnsTimeout: timeoutMs,
    tls: { minVersion: 'TLSv1.2' as const, ...(ca !== undefined && { ca }) },
  };
}

const isThisMachine = (host: string): boolean =>
  host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));

/** The fields of its errors that tell what went wrong. */
interface NodemailerError {
  code: string;
  syscall: string;
  responseCode: number;
}

/** What the server said may hold addresses, so it is for nobody to read but as the cause. */
function refusalOf(cause: unknown): AppError {
  const { code, syscall, responseCode = 0 } = cause as Partial<NodemailerError>;
  const failure = (what: string, message: string): AppError =>
    new AppError(what, message, { cause });
  if (code === 'EAUTH' || code === 'ENOAUTH')
    return failure(
      'mail.sign_in_refused',
      'The mail server refused the user or password in DRAWBRIDGE_SMTP_URL. Correct them.',
    );
  // What breaks on a socket without a call to the system is TLS: a certificate, or an answer without it.
  if (code === 'ETLS' || (code === 'ESOCKET' && syscall === undefined))
    return failure(
      'mail.no_tls',
      'The mail server offers no TLS that is believed, or breaks off. Correct its certificate or DRAWBRIDGE_SMTP_URL; ?tls=optional at its end allows a server of your own network to go without.',
    );
  if (responseCode >= 500)
    return failure(
      'mail.refused',
      'The mail server refused this mail for good. Correct the address.',
    );
  if (responseCode >= 400)
    return failure(
      'mail.deferred',
      'The mail server takes this mail later. Try again in some minutes.',
    );
  return failure(
    'mail.unreachable',
    'The mail server can not be reached or does not answer. Look at DRAWBRIDGE_SMTP_URL and try again.',
  );
}

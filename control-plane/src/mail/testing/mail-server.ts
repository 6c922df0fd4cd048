import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { SMTPServer, type SMTPServerOptions, type SMTPServerSession } from 'smtp-server';

const openssl = '/usr/bin/openssl';
export const hasOpenssl = existsSync(openssl);

export interface ReceivedMail {
  from: string;
  to: string[];
  /** Whether it came through TLS, and as whom. */
  isSecure: boolean;
  user: string | undefined;
  /** Headers and body as they came. */
  raw: string;
}

export interface MailServer {
  port: number;
  /** In the order in which they came. */
  mails: ReceivedMail[];
  /** Resolves with the first mail to that address that came since the last one that was taken. */
  next(to: string): Promise<ReceivedMail>;
  close(): Promise<void>;
}

/** A real SMTP server, on a free port unless one is named. It takes any mail unless the options say otherwise. */
export async function openMailServer(
  options: SMTPServerOptions = {},
  port = 0,
): Promise<MailServer> {
  const mails: ReceivedMail[] = [];
  const taken = new Set<ReceivedMail>();
  let arrived = Promise.withResolvers<void>();
  const keep = ({ envelope, secure, user }: SMTPServerSession, raw: string): void => {
    const { mailFrom, rcptTo } = envelope;
    mails.push({
      from: mailFrom ? mailFrom.address : '',
      to: rcptTo.map(({ address }) => address),
      isSecure: secure,
      user: user === undefined ? undefined : String(user),
      raw,
    });
    arrived.resolve();
    arrived = Promise.withResolvers();
  };
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: options.key ? [] : ['STARTTLS'],
    onData: (stream, session, done) => {
      const parts: Buffer[] = [];
      stream.on('data', (part: Buffer) => void parts.push(part));
      stream.once('end', () => {
        keep(session, Buffer.concat(parts).toString());
        done();
      });
    },
    ...options,
  });
  // Clients that break off are what some tests are about.
  server.on('error', () => undefined);
  const listening = server.listen(port, '127.0.0.1');
  await new Promise((resolve) => listening.once('listening', resolve));
  return {
    port: (listening.address() as AddressInfo).port,
    mails,
    next: async (to) => {
      for (;;) {
        const mail = mails.find((one) => one.to.includes(to) && !taken.has(one));
        if (mail) return (taken.add(mail), mail);
        await arrived.promise;
      }
    },
    close: () => new Promise((closed) => server.close(closed)),
  };
}

/** A certificate for 127.0.0.1 that vouches for itself and lasts a day, as PEM. */
export async function makeCertificate(): Promise<{ key: string; cert: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'drawbridge-mail-'));
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const made = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '1'];
  const subject = ['-subj', '/CN=mail', '-addext', 'subjectAltName=IP:127.0.0.1'];
  try {
    const args = ['req', '-x509', ...made, '-keyout', key, '-out', cert, ...subject];
    await promisify(execFile)(openssl, args);
    return { key: await readFile(key, 'utf8'), cert: await readFile(cert, 'utf8') };
  } finally {
    await rm(folder, { recursive: true });
  }
}

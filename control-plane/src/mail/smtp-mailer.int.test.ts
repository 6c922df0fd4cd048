import { createServer, type AddressInfo, type Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { SmtpMailer } from './smtp-mailer.js';
import { hasOpenssl, makeCertificate, openMailServer } from './testing/mail-server.js';

const from = 'Drawbridge <drawbridge@example.com>';
const mail = { to: 'ada@example.com', subject: 'Grüße', text: 'Come in.\n' };

async function open(options?: Parameters<typeof openMailServer>[0]) {
  const server = await openMailServer(options);
  onTestFinished(() => server.close());
  return server;
}

/** Ada alone may sign in. */
const onlyAda: Parameters<typeof openMailServer>[0] = {
  authOptional: false,
  onAuth: ({ username, password }, _session, answer) =>
    username === 'a@da' && password === 'p/ss:w@rd'
      ? answer(null, { user: username })
      : answer(new Error('535 no')),
};

const codeOf = async (sending: Promise<void>): Promise<string> =>
  sending.then(
    () => 'sent',
    (error: unknown) => String((error as { code?: unknown }).code),
  );

describe('a mail', () => {
  it('arrives with text and HTML, from who is named', async () => {
    const server = await open();
    const mailer = new SmtpMailer({ url: `smtp://127.0.0.1:${server.port}`, from });
    await mailer.send({ ...mail, html: '<p>Come in.</p>' });
    const [received] = server.mails;
    expect(received).toMatchObject({ from: 'drawbridge@example.com', to: ['ada@example.com'] });
    expect(received?.raw).toContain('Auto-Submitted: auto-generated');
    expect(received?.raw).toContain('Subject: =?UTF-8?');
    expect(received?.raw).toContain('multipart/alternative');
    expect(received?.raw).toContain('<p>Come in.</p>');
  });

  it.each([
    'ada@example.com, eve@example.com',
    'ada@example.com\r\nBcc: eve@example.com',
    '<eve@example.com>',
    'ada',
    `${'a'.repeat(250)}@example.com`,
  ])('goes to one address, not to %j', async (to) => {
    const server = await open();
    const mailer = new SmtpMailer({ url: `smtp://127.0.0.1:${server.port}`, from });
    expect(await codeOf(mailer.send({ ...mail, to }))).toBe('mail.bad_address');
    expect(server.mails).toEqual([]);
  });

  it('has no header that its subject smuggles in', async () => {
    const server = await open();
    const mailer = new SmtpMailer({ url: `smtp://127.0.0.1:${server.port}`, from });
    await mailer.send({ ...mail, subject: 'Hello\r\nBcc: eve@example.com' });
    expect(server.mails[0]?.to).toEqual(['ada@example.com']);
    expect(server.mails[0]?.raw).not.toMatch(/^Bcc:/m);
  });
});

describe.skipIf(!hasOpenssl)('through TLS', () => {
  const urlOf = (protocol: string, port: number, password = 'p%2Fss%3Aw%40rd') =>
    `${protocol}://a%40da:${password}@127.0.0.1:${port}`;

  it('a mail goes after STARTTLS, or from the start, as the user of the address', async () => {
    const certificate = await makeCertificate();
    for (const protocol of ['smtp', 'smtps']) {
      const server = await open({ ...onlyAda, ...certificate, secure: protocol === 'smtps' });
      const url = urlOf(protocol, server.port);
      await new SmtpMailer({ url, from, ca: certificate.cert }).send(mail);
      expect(server.mails).toMatchObject([{ isSecure: true, user: 'a@da' }]);
    }
  });

  it('a wrong password and a certificate of nobody are told apart, and send nothing', async () => {
    const certificate = await makeCertificate();
    const server = await open({ ...onlyAda, ...certificate });
    const sent = (password: string, ca?: string) => {
      const url = urlOf('smtp', server.port, password);
      return codeOf(new SmtpMailer({ url, from, ...(ca && { ca }) }).send(mail));
    };
    expect(await sent('guessed', certificate.cert)).toBe('mail.sign_in_refused');
    expect(await sent('p%2Fss%3Aw%40rd')).toBe('mail.no_tls');
    expect(server.mails).toEqual([]);
  });
});

describe('a mail server', () => {
  const answering = (responseCode: number) =>
    open({
      onRcptTo: (_address, _session, answer) =>
        answer(Object.assign(new Error('ada@example.com is unknown here'), { responseCode })),
    });

  it.each([
    [550, 'mail.refused'],
    [451, 'mail.deferred'],
  ])('that answers %d: %s, without its words', async (responseCode, code) => {
    const { port } = await answering(responseCode);
    const sending = new SmtpMailer({ url: `smtp://127.0.0.1:${port}`, from }).send(mail);
    await expect(sending).rejects.toMatchObject({ code });
    await expect(sending).rejects.not.toThrow('unknown here');
  });

  it('elsewhere is told nothing without TLS, unless that is allowed', async () => {
    const server = await open();
    // A name of this machine that does not look like one.
    const urlWith = (end: string) => `smtp://[::ffff:127.0.0.1]:${server.port}${end}`;
    const sent = (end: string) => codeOf(new SmtpMailer({ url: urlWith(end), from }).send(mail));
    expect(await sent('')).toBe('mail.no_tls');
    expect(server.mails).toEqual([]);
    expect(await sent('?tls=optional')).toBe('sent');
  });

  it('that is not there, or never answers, is waited for no longer than told', async () => {
    const sockets: Socket[] = [];
    const mute = createServer((socket) => void sockets.push(socket));
    await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve));
    const { port } = mute.address() as AddressInfo;
    const mailer = new SmtpMailer({ url: `smtp://127.0.0.1:${port}`, from, timeoutMs: 50 });
    expect(await codeOf(mailer.send(mail))).toBe('mail.unreachable');
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => mute.close(resolve));
    expect(await codeOf(mailer.send(mail))).toBe('mail.unreachable');
  });
});

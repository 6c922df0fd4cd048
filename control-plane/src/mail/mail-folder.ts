import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createTransport } from 'nodemailer';
import { AppError } from '../app-error.js';
import { type Mail, Mailer } from './mailer.js';
import { messageOf } from './message.js';

/** The oldest beyond it are removed. */
const keptMails = 200;

/**
 * A local mailbox, for development and for machines without a mail server: each mail is a file that any mail program opens,
 * named by when it was sent. They hold links that let people in, so only the user of this process reads them.
 */
export class MailFolder extends Mailer {
  private readonly composer = createTransport({ streamTransport: true, buffer: true });

  constructor(
    private readonly folder: string,
    private readonly from: string,
    private readonly now: () => Date,
  ) {
    super();
  }

  async send(mail: Mail): Promise<void> {
    const { message } = await this.composer.sendMail(messageOf(mail, this.from));
    const sentAt = this.now().toISOString().replaceAll(':', '-');
    try {
      await mkdir(this.folder, { recursive: true, mode: 0o700 });
      await writeFile(join(this.folder, `${sentAt}-${randomUUID()}.eml`), message, { mode: 0o600 });
      await this.forget();
    } catch (cause) {
      throw new AppError(
        'mail.no_folder',
        'The mail could not be written to DRAWBRIDGE_MAIL_FOLDER. Name a folder that can be written to, or a mail server with DRAWBRIDGE_SMTP_URL.',
        { cause },
      );
    }
  }

  /** Two processes may remove the same. */
  private async forget(): Promise<void> {
    const mails = (await readdir(this.folder)).filter((name) => name.endsWith('.eml')).toSorted();
    for (const name of mails.slice(0, -keptMails))
      await rm(join(this.folder, name), { force: true });
  }
}

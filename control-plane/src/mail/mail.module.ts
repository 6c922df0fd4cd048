import { Global, Logger, Module } from '@nestjs/common';
import { Clock } from '../clock.js';
import { Config } from '../config.js';
import { MailFolder } from './mail-folder.js';
import { Mailer } from './mailer.js';
import { MailRounds } from './mail-rounds.js';
import { PostBox } from './post-box.js';
import { Postman } from './postman.js';
import { SmtpMailer } from './smtp-mailer.js';

@Global()
@Module({
  providers: [
    { provide: Mailer, inject: [Config, Clock], useFactory: mailerBy },
    PostBox,
    Postman,
    MailRounds,
  ],
  exports: [Mailer, PostBox],
})
export class MailModule {}

function mailerBy({ smtpUrl, mailFrom, mailFolder }: Config, clock: Clock): Mailer {
  if (smtpUrl !== undefined) return new SmtpMailer({ url: smtpUrl, from: mailFrom });
  new Logger(MailModule.name).log(
    'No mail server: mail is written to DRAWBRIDGE_MAIL_FOLDER. Name one with DRAWBRIDGE_SMTP_URL',
  );
  return new MailFolder(mailFolder, mailFrom, () => clock.now());
}

/** What is sent to one person. */
export interface Mail {
  /** The same for each attempt, so that a mailbox that was given it twice shows it once; a UUID. */
  id?: string;
  /** One address, `you@example.com`. */
  to: string;
  subject: string;
  text: string;
  html?: string;
}

/**
 * Sends mail: by SMTP, or into a folder where there is no server to send it by. `send` resolves once the mail is
 * accepted, and rejects with an AppError `mail.…`: `mail.refused` and `mail.bad_address` stand for this address and for
 * good, everything else for any mail, and may pass.
 */
export abstract class Mailer {
  abstract send(mail: Mail): Promise<void>;
}

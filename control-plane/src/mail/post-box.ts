import { Injectable, Logger } from '@nestjs/common';
import type { OnApplicationShutdown } from '@nestjs/common';
import { AppError } from '../app-error.js';
import { Clock } from '../clock.js';
import { Mailer, type Mail } from './mailer.js';

/** When a server that is busy or away is tried again. After the last one a mail is lost: a person asks for another. */
const triedAgainAfterMs = [5_000, 60_000];

/**
 * For mail that nobody may wait for: whoever waited would learn by the time it takes whether a mail was sent. It is kept by
 * this process alone.
 */
@Injectable()
export class PostBox implements OnApplicationShutdown {
  private readonly logger = new Logger(PostBox.name);
  private readonly stopping = new AbortController();
  private readonly sending = new Set<Promise<void>>();

  constructor(
    private readonly mailer: Mailer,
    private readonly clock: Clock,
  ) {}

  drop(mail: Mail): void {
    const sent: Promise<void> = this.send(mail).finally(() => this.sending.delete(sent));
    this.sending.add(sent);
  }

  /** What is on its way is sent; what would be tried again is not. */
  async onApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    await Promise.all(this.sending);
  }

  private async send(mail: Mail): Promise<void> {
    for (const pauseMs of [...triedAgainAfterMs, undefined])
      try {
        return await this.mailer.send(mail);
      } catch (error) {
        if (pauseMs === undefined || isFinal(error) || !(await this.hasWaited(pauseMs)))
          return this.logger.warn({ err: error }, 'A mail was not sent');
      }
  }

  private hasWaited(ms: number): Promise<boolean> {
    return this.clock.sleep(ms, this.stopping.signal).then(
      () => true,
      () => false,
    );
  }
}

const isFinal = (error: unknown): boolean =>
  error instanceof AppError && ['mail.refused', 'mail.bad_address'].includes(error.code);

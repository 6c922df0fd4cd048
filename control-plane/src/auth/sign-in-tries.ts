import { Injectable } from '@nestjs/common';
import { accountOf } from '../account/address.js';
import { Config } from '../config.js';
import { Database } from '../database/database.js';

/** Nobody mistypes so often; the address they come from is limited long before. */
export const freeTries = 10;
/** From then on a minute after each, doubled every time, and never more than this: a lock is not for ever. */
const longestWaitSeconds = 900;

/** The same for accounts that are not there, so that it tells nobody which are. */
export const tooManyTries = {
  code: 'auth.too_many_tries',
  message:
    'Too many passwords were tried for this account. Wait up to 15 minutes, or open a sign-in link: that ends the wait.',
};

/**
 * Passwords tried for an account, wherever they came from and whichever replica heard them. A sign-in by any way
 * begins to count anew; so does a day without a try.
 */
@Injectable()
export class SignInTries {
  constructor(
    private readonly database: Database,
    private readonly config: Config,
  ) {}

  /** Counts a try; false while the account must wait, and what is refused lengthens no wait. */
  async allow(email: string): Promise<boolean> {
    const counted = await this.database.system.$executeRaw`
      insert into "SignInTry" as kept (account, tries, "triedAt")
      values (${this.accountOf(email)}, 1, now())
      on conflict (account) do update set
        tries = case when kept."triedAt" < now() - interval '1 day' then 1 else kept.tries + 1 end,
        "triedAt" = now()
      where kept.tries < ${freeTries}::int
        or kept."triedAt" <= now() - interval '1 second' *
          least(60 * 2 ^ least(kept.tries - ${freeTries}::int, 10), ${longestWaitSeconds}::int)`;
    return counted > 0;
  }

  /** Somebody got in, so the account is theirs. Takes along what is too old to count. */
  async forget(userId: string): Promise<void> {
    const user = await this.database.system.user.findUnique({ where: { id: userId } });
    const account = this.accountOf(user?.email ?? '');
    await this.database.system.$executeRaw`
      delete from "SignInTry" where account = ${account} or "triedAt" < now() - interval '1 day'`;
  }

  /** Whoever mistypes another address leaves no trace of it that can be read. */
  private accountOf(email: string): string {
    return accountOf(email, this.config.secret);
  }
}

import { Injectable } from '@nestjs/common';
import { AppError } from '../app-error.js';
import { Config } from '../config.js';
import { Database } from '../database/database.js';
import { ApiKeyService } from './api-key.service.js';
import type { Caller } from './caller.js';
import { roleOf } from './role.js';
import { originsOf, SignIn, type SignedIn } from './sign-in.js';
import { workspaceOf } from './workspace-of.js';

type IncomingHeaders = Readonly<Record<string, string | string[] | undefined>>;

/** From a request's headers to who asks. */
@Injectable()
export class AuthService {
  private readonly origins: ReadonlySet<string>;

  constructor(
    private readonly database: Database,
    private readonly signIn: SignIn,
    private readonly keys: ApiKeyService,
    config: Config,
  ) {
    this.origins = originsOf(config.publicUrl);
  }

  /** Undefined: nobody we know. A wrong key is told apart from none, because a script must hear of it. */
  async callerOf(incoming: IncomingHeaders): Promise<Caller | undefined> {
    const { authorization } = incoming;
    if (typeof authorization === 'string') return this.callerOfKey(authorization);
    if (incoming['cookie'] === undefined) return undefined;
    this.assertSameSite(incoming);
    const session = await this.signIn.sessionOf(headersOf(incoming));
    return session && this.callerIn(session);
  }

  /** In the workspace that the session is in, or, once they are no member of it any more, in another one of theirs. */
  private async callerIn({
    id,
    user,
    workspaceId,
    providerId,
    hasTotp,
  }: SignedIn): Promise<Caller | undefined> {
    const member = (workspaceId && (await this.memberOf(user.id, workspaceId))) || undefined;
    const elsewhere =
      member || providerId !== undefined
        ? undefined
        : await workspaceOf(this.database.system, user.id);
    const found = member ?? (elsewhere && (await this.memberOf(user.id, elsewhere))) ?? undefined;
    const role = found && roleOf(found.role);
    if (!role) return undefined;
    const { name, email } = user;
    return {
      workspaceId: found.workspaceId,
      role,
      actorId: user.id,
      name,
      email,
      by: 'session',
      sessionId: id,
      isHeld: providerId !== undefined,
      hasTotp,
    };
  }

  private memberOf(userId: string, workspaceId: string) {
    return this.database.of(workspaceId).member.findUnique({
      where: { workspaceId_userId: { workspaceId, userId } },
      select: { role: true, workspaceId: true },
    });
  }

  private async callerOfKey(authorization: string): Promise<Caller> {
    const token = /^Bearer (dbk_[A-Za-z0-9_-]{43})$/i.exec(authorization)?.[1];
    const caller = token === undefined ? undefined : await this.keys.callerOf(token);
    if (!caller)
      throw new AppError(
        'auth.bad_key',
        'The API key is not known or has expired. Make a new one.',
      );
    return caller;
  }

  /** A cookie comes along with whatever page asks, so the page must be ours. */
  private assertSameSite(incoming: IncomingHeaders): void {
    const { origin } = incoming;
    const isOurs = typeof origin === 'string' ? this.origins.has(origin) : isSameOrigin(incoming);
    if (!isOurs)
      throw new AppError('auth.cross_site', 'This request came from another site and was refused.');
  }
}

/** Without an Origin header, only what a browser says of itself, or no browser at all. */
const isSameOrigin = (incoming: IncomingHeaders): boolean =>
  ['same-origin', undefined].includes(incoming['sec-fetch-site'] as string | undefined);

export function headersOf(incoming: IncomingHeaders): Headers {
  const headers = new Headers();
  for (const [name, value] of Object.entries(incoming))
    for (const one of Array.isArray(value) ? value : value === undefined ? [] : [value])
      headers.append(name, one);
  return headers;
}

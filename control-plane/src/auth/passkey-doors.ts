import type { GenericEndpointContext } from 'better-auth';
import { createAuthEndpoint, getSessionFromCtx } from 'better-auth/api';
import { setSessionCookie } from 'better-auth/cookies';
import { AppError } from '../app-error.js';
import type { Clock } from '../clock.js';
import { answering, textsIn } from './account-doors.js';
import type { Passkeys } from './passkeys.js';
import { askerOf } from './sign-in-hooks.js';

const challengeLivesMs = 300_000;
/** A browser that was left open for longer adds no way in. */
const freshMs = 15 * 60_000;

type Context = GenericEndpointContext;

/** Passkeys as paths of the sign-in library. A challenge is good once, for the browser that it was made for. */
export const passkeyDoors = (passkeys: Passkeys, clock: Clock) => {
  const challenges = challengesBy(clock);
  return {
    id: 'drawbridge-passkeys' as const,
    rateLimit: [
      { window: 60, max: 20, pathMatcher: (path: string) => path.startsWith('/passkey/') },
    ],
    endpoints: {
      beginPasskeySignIn: createAuthEndpoint(
        '/passkey/begin-sign-in',
        { method: 'POST' },
        answering(async (context) => {
          const options = await passkeys.signInOptions();
          await challenges.remember(context, 'sign-in', options.challenge);
          return options;
        }),
      ),
      signInByPasskey: createAuthEndpoint(
        '/passkey/sign-in',
        { method: 'POST' },
        answering(async (context) => {
          const challenge = await challenges.spend(context, 'sign-in');
          const { response } = (context.body ?? {}) as { response?: unknown };
          await enter(context, await passkeys.ownerOf(response, challenge));
          return {};
        }),
      ),
      beginPasskey: createAuthEndpoint(
        '/passkey/begin',
        { method: 'POST' },
        answering(async (context) => {
          const options = await passkeys.addOptions(await personIn(context, clock));
          await challenges.remember(context, 'add', options.challenge);
          return options;
        }),
      ),
      addPasskey: createAuthEndpoint(
        '/passkey/add',
        { method: 'POST' },
        answering(async (context) => {
          const person = await personIn(context, clock);
          const challenge = await challenges.spend(context, 'add');
          const { name } = textsIn(context.body, ['name']);
          const { response } = context.body as { response?: unknown };
          const made = { name: name.trim(), response, challenge };
          await passkeys.add(person, made, askerOf(context.headers));
          return {};
        }),
      ),
    },
  };
};

async function enter(context: Context, userId: string): Promise<void> {
  const { internalAdapter } = context.context;
  const user = await internalAdapter.findUserById(userId);
  const session = user && (await internalAdapter.createSession(userId));
  if (!session) throw new AppError('passkey.unknown', 'This passkey opens no account here.');
  await setSessionCookie(context, { session, user });
}

async function personIn(context: Context, clock: Clock) {
  const found = await getSessionFromCtx(context);
  if (!found) throw new AppError('auth.required', 'Sign in first.');
  if (clock.now().getTime() - new Date(found.session.createdAt).getTime() > freshMs)
    throw new AppError(
      'passkey.sign_in_again',
      'You signed in a while ago. Sign out and in again, then add the passkey.',
    );
  const { id, name, email } = found.user;
  return { id, name, email };
}

type Purpose = 'sign-in' | 'add';

const challengesBy = (clock: Clock) => ({
  async remember(context: Context, purpose: Purpose, challenge: string): Promise<void> {
    const { createAuthCookie, internalAdapter, secret } = context.context;
    const cookie = createAuthCookie('passkey', { maxAge: challengeLivesMs / 1000 });
    await internalAdapter.createVerificationValue({
      identifier: `passkey-${purpose}:${challenge}`,
      value: purpose,
      expiresAt: new Date(clock.now().getTime() + challengeLivesMs),
    });
    await context.setSignedCookie(cookie.name, challenge, secret, cookie.attributes);
  },

  async spend(context: Context, purpose: Purpose): Promise<string> {
    const { createAuthCookie, internalAdapter, secret } = context.context;
    const challenge = await context.getSignedCookie(createAuthCookie('passkey').name, secret);
    const identifier = `passkey-${purpose}:${challenge || ''}`;
    const kept = challenge && (await internalAdapter.consumeVerificationValue(identifier));
    if (challenge && kept && kept.expiresAt > clock.now()) return challenge;
    throw new AppError('passkey.too_late', 'That took too long. Begin again.');
  },
});

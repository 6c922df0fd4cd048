import type { GenericEndpointContext } from 'better-auth';
import type { Accounts } from '../account/accounts.js';
import { APIError, createAuthEndpoint, getSessionFromCtx } from 'better-auth/api';
import type { Asker } from '../account/asker.js';
import type { Guest } from '../account/join.service.js';
import { AppError } from '../app-error.js';
import { askerOf } from './sign-in-hooks.js';
import type { SignInTries } from './sign-in-tries.js';

/** From one address, for each path; the answers tell nobody anything, but each costs a password's hash or a mail. */
const limit = { window: 60, max: 10 };

/**
 * What people do who are not signed in, as paths of the sign-in library: it limits how often, and looks at where they come
 * from. A session is made by its own sign-in alone, which follows.
 */
export const accountDoors = ({ signUp, reset, join }: Accounts, tries: SignInTries) => ({
  id: 'drawbridge-accounts' as const,
  rateLimit: [{ ...limit, pathMatcher: (path: string) => path.startsWith('/account/') }],
  endpoints: {
    waysIn: createAuthEndpoint('/account/ways', { method: 'GET' }, async (context) =>
      context.json({ signUp: signUp.isOpen, oidc: signUp.oidcName }),
    ),
    askSignUp: door('/account/sign-up', ['email'], async ({ email }) => signUp.ask(email)),
    finishSignUp: door(
      '/account/sign-up/finish',
      ['email', 'token', 'name', 'password', 'workspace'],
      (wanted, asker) => signUp.finish(wanted, asker),
    ),
    askReset: door('/account/reset', ['email'], async ({ email }) => reset.ask(email)),
    finishReset: door(
      '/account/reset/finish',
      ['email', 'token', 'password'],
      async (wanted, asker) => {
        const { email, userId } = await reset.finish(wanted, asker);
        await tries.forget(userId);
        return { email };
      },
    ),
    lookAtInvitation: door('/account/invitation/look', ['token'], ({ token }) => join.look(token)),
    joinByInvitation: door(
      '/account/invitation/join',
      ['token', 'name', 'password'],
      (joining, asker, guest) => join.join(joining, asker, guest),
    ),
  },
});

/** A POST with these texts in its body, and no others that anybody looks at. */
function door<Path extends string, Name extends string>(
  path: Path,
  names: readonly Name[],
  open: (texts: Record<Name, string>, asker: Asker, guest?: Guest) => Promise<object | void>,
) {
  return createAuthEndpoint(
    path,
    { method: 'POST' },
    answering(async (context) => {
      const texts = textsIn(context.body, names);
      const found = await getSessionFromCtx(context);
      const guest = found && { sessionId: found.session.id, email: found.user.email };
      return open(texts, askerOf(context.headers), guest ?? undefined);
    }),
  );
}

type Context = GenericEndpointContext;

/** An endpoint's answer as JSON; what we refuse on purpose, with its code and words. */
export const answering =
  (act: (context: Context) => Promise<object | void>) => async (context: Context) => {
    try {
      return await context.json((await act(context)) ?? {});
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      throw new APIError('BAD_REQUEST', { code: error.code, message: error.message });
    }
  };

export function textsIn<Name extends string>(
  body: unknown,
  names: readonly Name[],
): Record<Name, string> {
  const said = (body ?? {}) as Record<string, unknown>;
  const texts = names.map((name) => [name, said[name]] as const);
  if (texts.every(([, text]) => typeof text === 'string' && text.length <= 1_000))
    return Object.fromEntries(texts) as Record<Name, string>;
  throw new AppError('account.bad_request', `Send JSON with these texts: ${names.join(', ')}.`);
}

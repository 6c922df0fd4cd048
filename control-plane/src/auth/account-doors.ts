import { APIError, createAuthEndpoint } from 'better-auth/api';
import type { Asker } from '../account/asker.js';
import type { PasswordResetService } from '../account/password-reset.service.js';
import type { SignUpService } from '../account/sign-up.service.js';
import { AppError } from '../app-error.js';
import { clientAddressHeader } from './client-address.js';
import type { SignInTries } from './sign-in-tries.js';

export interface Accounts {
  signUp: SignUpService;
  reset: PasswordResetService;
  tries: SignInTries;
}

/** From one address, for each path; the answers tell nobody anything, but each costs a password's hash or a mail. */
const limit = { window: 60, max: 10 };

/**
 * What people do who are not signed in, as paths of the sign-in library: it limits how often, and looks at where they come
 * from. A session is made by its own sign-in alone, which follows.
 */
export const accountDoors = ({ signUp, reset, tries }: Accounts) => ({
  id: 'drawbridge-accounts' as const,
  rateLimit: [{ ...limit, pathMatcher: (path: string) => path.startsWith('/account/') }],
  endpoints: {
    waysIn: createAuthEndpoint('/account/ways', { method: 'GET' }, async (context) =>
      context.json({ signUp: signUp.isOpen }),
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
  },
});

/** A POST with these texts in its body, and no others that anybody looks at. */
function door<Path extends string, Name extends string>(
  path: Path,
  names: readonly Name[],
  open: (texts: Record<Name, string>, asker: Asker) => Promise<object | void>,
) {
  return createAuthEndpoint(path, { method: 'POST' }, async ({ body, headers, json }) => {
    try {
      return await json((await open(textsIn(body, names), askerOf(headers))) ?? {});
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      throw new APIError('BAD_REQUEST', { code: error.code, message: error.message });
    }
  });
}

function textsIn<Name extends string>(body: unknown, names: readonly Name[]): Record<Name, string> {
  const said = (body ?? {}) as Record<string, unknown>;
  const texts = names.map((name) => [name, said[name]] as const);
  if (texts.every(([, text]) => typeof text === 'string' && text.length <= 1_000))
    return Object.fromEntries(texts) as Record<Name, string>;
  throw new AppError('account.bad_request', `Send JSON with these texts: ${names.join(', ')}.`);
}

const askerOf = (headers: Headers | undefined): Asker => ({
  address: headers?.get(clientAddressHeader) ?? undefined,
  userAgent: headers?.get('user-agent') ?? undefined,
});

import { randomBytes } from 'node:crypto';
import type { GenericEndpointContext } from 'better-auth';
import { createAuthEndpoint } from 'better-auth/api';
import { setSessionCookie } from 'better-auth/cookies';
import { AppError } from '../app-error.js';
import { Clock } from '../clock.js';
import { answering, textsIn } from './account-doors.js';
import type { OidcChecks } from './oidc-client.js';
import { tooLate, type Entrant, type WorkspaceProviders } from './workspace-providers.js';

const livesMs = 600_000;

type Context = GenericEndpointContext;

/** What a browser that was sent to a provider comes back to. */
interface Begun {
  providerId: string;
  checks: OidcChecks;
}

/** Sign-in by a workspace's own provider, as paths of the sign-in library. An answer is good once, for the browser that asked. */
export const providerDoors = (providers: WorkspaceProviders, clock: Clock) => ({
  id: 'drawbridge-providers' as const,
  rateLimit: [
    { window: 60, max: 20, pathMatcher: (path: string) => path.startsWith('/workspace/') },
  ],
  endpoints: {
    beginByWorkspace: createAuthEndpoint(
      '/workspace/sign-in',
      { method: 'POST' },
      answering(async (context) => {
        const { workspace } = textsIn(context.body, ['workspace']);
        const { url, ...begun } = await providers.begin(workspace.trim());
        await remember(context, begun, clock);
        return { url };
      }),
    ),
    finishByWorkspace: createAuthEndpoint(
      '/workspace/callback/:workspace',
      { method: 'GET' },
      async (context) => {
        try {
          const begun = await spend(context, clock);
          const { search } = new URL(context.request?.url ?? '');
          await enter(context, await providers.finish(begun, search));
        } catch (error) {
          if (!(error instanceof AppError)) throw error;
          throw context.redirect(`/sign-in?error=${error.code}`);
        }
        throw context.redirect('/');
      },
    ),
  },
});

async function enter(
  context: Context,
  { userId, workspaceId, providerId }: Entrant,
): Promise<void> {
  const { internalAdapter } = context.context;
  const user = await internalAdapter.findUserById(userId);
  const held = { workspaceId, providerId };
  const session = user && (await internalAdapter.createSession(userId, false, held));
  if (!session) throw tooLate();
  await setSessionCookie(context, { session, user });
}

const cookieName = 'workspace_sign_in';

async function remember(context: Context, begun: Begun, clock: Clock): Promise<void> {
  const { createAuthCookie, internalAdapter, secret } = context.context;
  const key = randomBytes(32).toString('base64url');
  const cookie = createAuthCookie(cookieName, { maxAge: livesMs / 1_000 });
  await internalAdapter.createVerificationValue({
    identifier: `workspace-sign-in:${key}`,
    value: JSON.stringify(begun),
    expiresAt: new Date(clock.now().getTime() + livesMs),
  });
  await context.setSignedCookie(cookie.name, key, secret, cookie.attributes);
}

async function spend(context: Context, clock: Clock): Promise<Begun> {
  const { createAuthCookie, internalAdapter, secret } = context.context;
  const key = await context.getSignedCookie(createAuthCookie(cookieName).name, secret);
  const identifier = `workspace-sign-in:${key || ''}`;
  const kept = key && (await internalAdapter.consumeVerificationValue(identifier));
  if (!kept || kept.expiresAt <= clock.now()) throw tooLate();
  return JSON.parse(kept.value) as Begun;
}

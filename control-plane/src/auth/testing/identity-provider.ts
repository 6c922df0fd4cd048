import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Provider } from 'oidc-provider';

export interface IdentityProvider {
  issuer: string;
  /** Signs somebody in there as a browser would; answers with where it leads back to. */
  signIn(authorizationUrl: string, person: string): Promise<URL>;
  close(): Promise<void>;
}

export const client = { clientId: 'drawbridge', clientSecret: 'a secret between us and it' };

/** What it says of a person: whether it has verified the address stands behind a + in their name. */
const claimsOf = (person: string) => ({
  sub: `subject-of-${person}`,
  email: `${person.replace('+unverified', '')}@example.com`,
  email_verified: !person.endsWith('+unverified'),
  name: person,
});

/** A certified OpenID Connect provider on a free port, which asks for a name and for nothing else. */
export async function openIdentityProvider(redirectUri: string): Promise<IdentityProvider> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const provider: Provider = new Provider(issuer, {
    clients: [
      {
        client_id: client.clientId,
        client_secret: client.clientSecret,
        redirect_uris: [redirectUri],
      },
    ],
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
    conformIdTokenClaims: false,
    ttl: { Interaction: 600, Grant: 600, Session: 600, AccessToken: 600, IdToken: 600 },
    cookies: { keys: ['a key of this test'] },
    findAccount: (_context, id) => ({
      accountId: id,
      claims: () => ({ ...claimsOf(id), sub: id }),
    }),
    loadExistingGrant: async ({ oidc }) => {
      const grant = new provider.Grant({
        clientId: oidc.client?.clientId ?? '',
        accountId: oidc.session?.accountId ?? '',
      });
      grant.addOIDCScope('openid email profile');
      await grant.save();
      return grant;
    },
  });
  server.on('request', provider.callback());
  return { issuer, signIn: (url, person) => walk(url, person), close: () => close(server) };
}

/** From page to page until one leads away from the provider. */
async function walk(from: string, person: string): Promise<URL> {
  const jar = new Map<string, string>();
  const { origin } = new URL(from);
  for (let url = new URL(from); ;) {
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
    const isForm = url.pathname.startsWith('/interaction/');
    const response = await fetch(url, {
      redirect: 'manual',
      headers: { cookie },
      ...(isForm && {
        method: 'POST',
        body: new URLSearchParams({ prompt: 'login', login: person, password: 'any' }),
      }),
    });
    for (const one of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(one) ?? [];
      jar.set(name, value);
    }
    const location = response.headers.get('location');
    if (!location) throw new Error(`${url.pathname} leads nowhere: ${response.status}`);
    url = new URL(location, url);
    if (url.origin !== origin) return url;
  }
}

const close = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.closeAllConnections();
    server.close(() => resolve());
  });

import type { Config } from '../../config.js';
import { openMailServer, type MailServer } from '../../mail/testing/mail-server.js';
import { openTestApp, type TestApp } from '../../testing/test-app.js';

export interface Said {
  status: number;
  body: Record<string, unknown>;
}

/** A browser of its own: an address of its own, and the cookies that it was given. */
export interface Visitor {
  post(path: string, body: object, headers?: Record<string, string>): Promise<Said>;
  get(path: string): Promise<Response>;
  /** As a header for GraphQL. */
  cookies(): Record<string, string>;
  signIn(email: string, password: string): Promise<Said>;
}

export interface House {
  test: TestApp;
  mail: MailServer;
  /** Of another replica, if one is named. */
  visitor(at?: Pick<TestApp, 'url' | 'config'>): Visitor;
  close(): Promise<void>;
}

/** The control plane with a real mail server, where anybody may sign up. */
export async function openHouse(
  postgresUrl: string,
  values: Partial<Config> = {},
  mailOptions: Parameters<typeof openMailServer>[0] = {},
): Promise<House> {
  const mail = await openMailServer(mailOptions);
  const test = await openTestApp(postgresUrl, {
    trustedProxies: ['127.0.0.1'],
    signUp: 'open',
    smtpUrl: `smtp://127.0.0.1:${mail.port}`,
    ...values,
  });
  let visitors = 0;
  return {
    test,
    mail,
    visitor: (at = test) => makeVisitor(at, `203.0.${(visitors += 1)}.7`),
    close: async () => {
      await test.close();
      await mail.close();
    },
  };
}

function makeVisitor({ url, config }: Pick<TestApp, 'url' | 'config'>, address: string): Visitor {
  const jar = new Map<string, string>();
  const own = (): Record<string, string> => ({
    'x-forwarded-for': address,
    ...(jar.size > 0 && { cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; ') }),
  });
  const keep = (response: Response): Response => {
    for (const cookie of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      if (value === '') jar.delete(name);
      else jar.set(name, value);
    }
    return response;
  };
  const post: Visitor['post'] = async (path, body, headers = {}) => {
    const response = keep(
      await fetch(`${url}/api/auth${path}`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          origin: config.publicUrl,
          ...own(),
          ...headers,
        },
        body: JSON.stringify(body),
      }),
    );
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
  return {
    post,
    get: async (path) => keep(await fetch(`${url}${path}`, { headers: own(), redirect: 'manual' })),
    cookies: own,
    signIn: (email, password) => post('/sign-in/email', { email, password }),
  };
}

/** Signed in by the link of the setup command, as owner of a workspace of that name. */
export async function enter(house: House, email: string, workspace: string): Promise<Visitor> {
  const { signInLink } = await house.test.makeWorkspace(workspace, email);
  const { pathname, search } = new URL(signInLink);
  const visitor = house.visitor();
  await visitor.get(`${pathname}${search}`);
  return visitor;
}

/** What stands behind the # of the first link in a mail. */
export function secretIn({ raw }: { raw: string }): Record<string, string> {
  // Long lines are broken by "=" and a new line, and "=" itself is written as =3D.
  const text = raw.replaceAll(/=\r?\n/g, '').replaceAll('=3D', '=');
  const [, fragment = ''] = /https?:\/\/\S+#(\S+)/.exec(text) ?? [];
  return Object.fromEntries(new URLSearchParams(fragment));
}

export const password = 'correct horse battery';

/** Signed up and signed in, owner of a workspace of that name. */
export async function signUp(house: House, email: string, workspace: string): Promise<Visitor> {
  const visitor = house.visitor();
  await visitor.post('/account/sign-up', { email });
  const { token } = secretIn(await house.mail.next(email));
  const wanted = { email, token, name: email.split('@')[0], password, workspace };
  const finished = await visitor.post('/account/sign-up/finish', wanted);
  if (finished.status !== 200) throw new Error(`Sign-up failed: ${JSON.stringify(finished.body)}`);
  await visitor.signIn(email, password);
  return visitor;
}
